#include "observe/log_hub.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "kitchen/json.h"
#include "kitchen/time.h"
#include "observe/current_trace.h"
#include "observe/redaction.h"

namespace kitchen::observe {

namespace {

constexpr std::string_view level_name(LogLevel level) {
    constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error", "off"};
    return names[static_cast<std::size_t>(level)];
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
    using namespace spdlog::level;
    constexpr level_enum levels[] = {trace, debug, info, warn, err, off};
    return levels[static_cast<std::size_t>(level)];
}

/// Hands each line to a function: for tests and embedding.
class FunctionSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FunctionSink(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        take_(std::string_view(message.payload.data(), message.payload.size()));
    }
    void flush_() override {}

private:
    std::function<void(std::string_view)> take_;
};

bool is_trace_id(const LogField& field) { return field.key == "trace_id"; }

/// True for what may stand in a text line as it is: anything printable that is not a control character. Octets of UTF-8 pass; C1
/// controls (0xC2 0x80..0x9F) are caught by the caller.
void append_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool is_c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (c == '\n') out += "\\n";
        else if (c == '\r') out += "\\r";
        else if (c == '\t') out += "\\t";
        else if (c < 0x20 || c == 0x7f || is_c1) {
            out += "\\x";
            out += digits[c >> 4];
            out += digits[c & 15];
        } else out += text[i];
        if (is_c1) {  // its second octet is not printable by itself
            const auto next = static_cast<unsigned char>(text[++i]);
            out += "\\x";
            out += digits[next >> 4];
            out += digits[next & 15];
        }
    }
}

void append_text_value(std::string& out, std::string_view text) {
    if (!text.empty() && text.find_first_of(" =\"\\") == std::string_view::npos) return append_encoded(out, text);
    std::string quoted;
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    out += '"';
    append_encoded(out, quoted);
    out += '"';
}

/// What may be written of a text; `room` holds it when it is not the text itself.
std::string_view presentable(std::string_view text, std::string& room) {
    if (!has_credentials(text)) return text;
    return room = redact(text);
}

void append_field(std::string& out, const LogField& field) {
    out += ' ';
    append_encoded(out, field.key);
    out += '=';
    std::string room;
    if (is_secret_key(field.key)) out += mask;
    else if (const auto* n = std::get_if<std::int64_t>(&field.value)) out += std::to_string(*n);
    else if (const auto* d = std::get_if<double>(&field.value)) JsonWriter(out).value(*d);
    else if (const auto* b = std::get_if<bool>(&field.value)) out += *b ? "true" : "false";
    else append_text_value(out, presentable(std::get<std::string_view>(field.value), room));
}

std::string json_line(Timestamp at, LogLevel level, std::string_view plugin, std::string_view message,
                      std::span<const LogField> fields) {
    std::string out, room;
    JsonWriter json(out);
    json.begin_object()
        .member("ts", format_rfc3339(at))
        .member("level", level_name(level))
        .member("plugin", plugin)
        .member("message", presentable(message, room));
    for (const LogField& field : fields) {
        if (is_secret_key(field.key)) json.member(field.key, mask);
        else if (const auto* text = std::get_if<std::string_view>(&field.value)) json.member(field.key, presentable(*text, room));
        else std::visit([&](const auto& value) { json.member(field.key, value); }, field.value);
    }
    json.end_object();
    return out;
}

}  // namespace

std::string format_line(bool json, Timestamp at, LogLevel level, std::string_view plugin, std::string_view message,
                        std::span<const LogField> fields) {
    if (json) return json_line(at, level, plugin, message, fields);
    std::string out = format_rfc3339(at), room;
    out += ' ';
    out += level_name(level);
    out.append(6 - level_name(level).size(), ' ');
    append_encoded(out, plugin);
    out += "  ";
    append_encoded(out, presentable(message, room));
    for (const LogField& field : fields) append_field(out, field);
    return out;
}

struct LogHub::Impl {
    Impl(LogOptions options, const Clock& c) : json(options.json), clock(c), sink_logger(make(std::move(options))) {}

    static spdlog::logger make(LogOptions options) {
        spdlog::sink_ptr sink;
        if (options.sink) sink = std::make_shared<FunctionSink>(std::move(options.sink));
        else sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        sink->set_pattern("%v");
        spdlog::logger logger("kitchen", std::move(sink));
        logger.set_level(to_spdlog(options.level));
        logger.flush_on(spdlog::level::trace);
        // A full disk or a closed terminal must not end the program, nor fill it with complaints about itself.
        logger.set_error_handler([](const std::string&) {});
        return logger;
    }

    bool json;
    const Clock& clock;
    spdlog::logger sink_logger;
};

class LogHub::PluginLogger : public Logger {
public:
    PluginLogger(Impl& hub, std::string plugin) : hub_(hub), plugin_(std::move(plugin)) {}

    bool enabled(LogLevel level) const noexcept override {
        return level != LogLevel::off && hub_.sink_logger.should_log(to_spdlog(level));
    }

    void write(LogLevel level, std::string_view message, std::span<const LogField> fields) noexcept override {
        try {
            std::vector<LogField> more;
            if (const auto& trace = current_trace(); trace && std::none_of(fields.begin(), fields.end(), is_trace_id)) {
                more.assign(fields.begin(), fields.end());
                more.emplace_back("trace_id", trace->trace.id);
                fields = more;
            }
            const std::string line = format_line(hub_.json, hub_.clock.now(), level, plugin_, message, fields);
            hub_.sink_logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
        } catch (...) {
            // Out of memory while logging: the line is lost, the caller is not.
        }
    }

private:
    Impl& hub_;
    std::string plugin_;
};

LogHub::LogHub(LogOptions options, const Clock& clock) : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
LogHub::~LogHub() = default;

std::unique_ptr<Logger> LogHub::logger(std::string plugin) { return std::make_unique<PluginLogger>(*impl_, std::move(plugin)); }

}  // namespace kitchen::observe
