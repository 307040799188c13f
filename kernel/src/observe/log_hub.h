// Where all log lines go: one hub a kernel, one Logger a plugin. One line a message, as text or as
// a JSON object:
//
//     2026-01-31T09:05:00.000Z info  orders  order placed order_id=12 total=560000
//     {"ts":"2026-01-31T09:05:00.000Z","level":"info","plugin":"orders","message":"order
//     placed","order_id":12,"total":560000}
//
// A line that is written while the thread works for a request, or for a job that one has posted,
// ends with the request's trace_id.
//
// Newlines and control characters in messages and values are encoded, so no client can forge a
// line. Values of fields that are named like a secret, and passwords in URLs, are masked
// (redaction.cpp).
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kitchen/clock.h"
#include "kitchen/log.h"

namespace kitchen::observe {

struct LogOptions {
    bool json = false;
    LogLevel level = LogLevel::info;
    /// Takes each line, without its newline, one at a time. Empty: standard error.
    std::function<void(std::string_view line)> sink;
};

class LogHub {
public:
    /// `clock` must outlive the hub.
    LogHub(LogOptions options, const Clock& clock);
    ~LogHub();

    /// A logger whose lines carry this name; lives no longer than the hub.
    std::unique_ptr<Logger> logger(std::string plugin);

private:
    class PluginLogger;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One line, without its newline. Exposed for tests and the testkit.
std::string format_line(bool json, Timestamp at, LogLevel level, std::string_view plugin,
                        std::string_view message, std::span<const LogField> fields);

// What must not reach a log even when it is passed in by mistake. The first line of defence is not
// to log it.

inline constexpr std::string_view mask = "***";
/// True for the key of a field that holds a secret: "password", "access_token", "api_key", ….
bool is_secret_key(std::string_view key) noexcept;
/// True when there is something for redact() to do.
bool has_credentials(std::string_view text) noexcept;
/// With the password of every URL in it masked: "postgresql://kitchen:***@db/kitchen".
std::string redact(std::string_view text);

}  // namespace kitchen::observe
