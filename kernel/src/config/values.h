// How the typed values of the configuration are written.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kitchen/settings.h"

namespace kitchen::config {

/// monostate: not set.
using Value = std::variant<std::monostate, std::string, std::int64_t, bool,
                           std::chrono::milliseconds, std::vector<std::string>>;

std::optional<std::int64_t> parse_integer(std::string_view text);  ///< "-12"
std::optional<bool> parse_boolean(std::string_view text);          ///< "true", "false"
std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text);  ///< "250ms", "1.5s", "1m30s", "2h", "1d", "1w", "0"
std::optional<std::int64_t> parse_bytes(
    std::string_view text);  ///< "512", "64KiB", "1.5MiB", "1GiB"

/// The words of a choice's limits, "text|json".
std::vector<std::string> split_words(std::string_view limits);

/// Reads one value of any type but list. Fills `value`, or returns why not: a phrase such as
/// "expected a duration such as 30s". The phrase never repeats the text.
std::optional<std::string> parse_value(SettingType type, std::string_view text, Value& value);

/// Nothing when the value keeps to the limits; otherwise "must be at least 1", "must be between 1
/// and 65535", … A malformed `limits` throws std::invalid_argument: a fault of the plugin.
std::optional<std::string> check_limits(SettingType type, const Value& value,
                                        const std::string& limits);

}  // namespace kitchen::config
