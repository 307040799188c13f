// Structured logging. A message is a constant text; what varies goes into fields, so that a log can
// be searched:
//
//     log.info("order placed", {{"order_id", id}, {"total", total}});
//
// Never log a password, code, token, key or mail body. Newlines and control characters are encoded
// by the sink.
//
// Thread-safety: all calls, from any thread. Owned by the kernel; lives longer than the plugin.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

namespace kitchen {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

struct LogField {
    std::string_view key;
    std::variant<std::int64_t, double, bool, std::string_view> value;

    template <class T>
    LogField(std::string_view k, const T& v) : key(k), value(convert(v)) {}

private:
    template <class T>
    static decltype(value) convert(const T& v) {
        if constexpr (std::is_same_v<T, bool>)
            return v;
        else if constexpr (std::is_floating_point_v<T>)
            return static_cast<double>(v);
        else if constexpr (std::is_integral_v<T>)
            return static_cast<std::int64_t>(v);
        else
            return std::string_view(v);
    }
};

class Logger {
public:
    virtual ~Logger() = default;
    virtual bool enabled(LogLevel level) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view message,
                       std::span<const LogField> fields) noexcept = 0;

    using Fields = std::initializer_list<LogField>;
    void debug(std::string_view message, Fields fields = {}) {
        log(LogLevel::debug, message, fields);
    }
    void info(std::string_view message, Fields fields = {}) {
        log(LogLevel::info, message, fields);
    }
    void warn(std::string_view message, Fields fields = {}) {
        log(LogLevel::warn, message, fields);
    }
    void error(std::string_view message, Fields fields = {}) {
        log(LogLevel::error, message, fields);
    }

private:
    void log(LogLevel level, std::string_view message, Fields fields) {
        if (enabled(level)) write(level, message, std::span(fields.begin(), fields.size()));
    }
};

}  // namespace kitchen
