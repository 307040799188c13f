#include "observe/log_hub.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include <unistd.h>

#include "kitchen/bytes.h"
#include "kitchen/json.h"
#include "kitchen/text.h"
#include "kitchen/time.h"
#include "kitchen/utf8.h"
#include "observe/current_trace.h"
#include "observe/log_writer.h"

namespace kitchen::observe {

namespace {

/// Of a line; longer ones cost one more allocation.
constexpr std::size_t usual_length = 500;

constexpr std::string_view level_name(LogLevel level) {
    constexpr std::string_view names[] = {"debug", "info", "warn", "error", "off"};
    return names[static_cast<std::size_t>(level)];
}

std::function<void(std::string_view)> to_stderr(bool json, const Clock& clock) {
    const auto writer =
        std::make_shared<LogWriter>(STDERR_FILENO, [json, &clock](std::uint64_t lines) {
            const LogField count{"lines", lines};
            return format_line(json, clock.now(), LogLevel::warn, "kernel",
                               "log lines were lost: standard error was not read in time",
                               std::span(&count, 1));
        });
    return [writer](std::string_view line) { writer->write(line); };
}

bool is_trace_id(const LogField& field) { return field.key == "trace_id"; }

/// Bytes of the sequence of UTF-8 that begins at `at`; 0 when there is none, or it is a control
/// character.
std::size_t printable_length(std::string_view text, std::size_t at) {
    const std::size_t length = utf8::sequence_length(text, at);
    return has_control_characters(text.substr(at, length)) ? 0 : length;
}

// Lambdas, which are inlined where algorithms take them, as pointers to functions are not.
constexpr auto is_printable_ascii = [](char c) { return c >= 0x20 && c < 0x7f; };

/// May stand in a value without quotation marks.
constexpr auto is_bare = [](char c) {
    return is_printable_ascii(c) && c != ' ' && c != '=' && c != '"' && c != '\\';
};

/// Whatever a terminal might obey, or could not show, becomes an escape.
void append_encoded(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto begin = text.begin() + static_cast<std::ptrdiff_t>(i);
        const auto end = std::find_if_not(begin, text.end(), is_printable_ascii);
        out.append(begin, end);
        i += static_cast<std::size_t>(end - begin);
        if (i == text.size()) return;
        const std::size_t length = printable_length(text, i);
        if (length > 0) {
            out += text.substr(i, length);
            i += length;
            continue;
        }
        const char c = text[i++];
        if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else {
            out += "\\x";
            append_hex(out, static_cast<unsigned char>(c));
        }
    }
}

void append_text_value(std::string& out, std::string_view text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_bare)) {
        out += text;
        return;
    }
    if (!text.empty() && text.find_first_of(" =\"\\") == std::string_view::npos)
        return append_encoded(out, text);
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
    if (is_secret_key(field.key))
        out += mask;
    else if (const auto* n = std::get_if<std::int64_t>(&field.value))
        out += std::to_string(*n);
    else if (const auto* d = std::get_if<double>(&field.value))
        JsonWriter(out).value(*d);
    else if (const auto* b = std::get_if<bool>(&field.value))
        out += *b ? "true" : "false";
    else
        append_text_value(out, presentable(std::get<std::string_view>(field.value), room));
}

std::string json_line(Timestamp at, LogLevel level, std::string_view plugin,
                      std::string_view message, std::span<const LogField> fields) {
    std::string out, room;
    out.reserve(usual_length);
    JsonWriter json(out);
    json.begin_object()
        .member("ts", format_rfc3339(at))
        .member("level", level_name(level))
        .member("plugin", plugin)
        .member("message", presentable(message, room));
    for (const LogField& field : fields) {
        if (is_secret_key(field.key))
            json.member(field.key, mask);
        else if (const auto* text = std::get_if<std::string_view>(&field.value))
            json.member(field.key, presentable(*text, room));
        else
            std::visit([&](const auto& value) { json.member(field.key, value); }, field.value);
    }
    json.end_object();
    return out;
}

}  // namespace

std::string format_line(bool json, Timestamp at, LogLevel level, std::string_view plugin,
                        std::string_view message, std::span<const LogField> fields) {
    if (json) return json_line(at, level, plugin, message, fields);
    std::string out, room;
    out.reserve(usual_length);
    out += format_rfc3339(at);
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
    Impl(LogOptions options, const Clock& c)
        : json(options.json),
          level(options.level),
          clock(c),
          sink(options.sink ? std::move(options.sink) : to_stderr(options.json, c)) {}

    const bool json;
    const LogLevel level;
    const Clock& clock;
    std::mutex mutex;
    const std::function<void(std::string_view line)> sink;  // one line at a time
};

class LogHub::PluginLogger : public Logger {
public:
    PluginLogger(Impl& hub, std::string plugin) : hub_(hub), plugin_(std::move(plugin)) {}

    bool enabled(LogLevel level) const noexcept override {
        return level != LogLevel::off && level >= hub_.level;
    }

    void write(LogLevel level, std::string_view message,
               std::span<const LogField> fields) noexcept override {
        if (!enabled(level)) return;
        try {
            std::vector<LogField> more;
            if (const auto& trace = current_trace();
                trace && std::none_of(fields.begin(), fields.end(), is_trace_id)) {
                more.assign(fields.begin(), fields.end());
                more.emplace_back("trace_id", trace->trace.id);
                fields = more;
            }
            const std::string line =
                format_line(hub_.json, hub_.clock.now(), level, plugin_, message, fields);
            std::lock_guard lock(hub_.mutex);
            hub_.sink(line);
        } catch (...) {
            // Out of memory, or a sink that throws: the line is lost, the caller is not.
        }
    }

private:
    Impl& hub_;
    std::string plugin_;
};

LogHub::LogHub(LogOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
LogHub::~LogHub() = default;

std::unique_ptr<Logger> LogHub::logger(std::string plugin) {
    return std::make_unique<PluginLogger>(*impl_, std::move(plugin));
}

}  // namespace kitchen::observe
