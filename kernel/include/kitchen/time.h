// Points in time as the program stores and shows them: UTC milliseconds since 1970-01-01 (POSIX
// time).
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

inline std::int64_t to_millis(Timestamp at) noexcept { return at.time_since_epoch().count(); }
inline Timestamp from_millis(std::int64_t millis) noexcept {
    return Timestamp(std::chrono::milliseconds(millis));
}

/// RFC 3339, always with milliseconds and `Z`: "2026-01-31T09:05:00.000Z".
std::string format_rfc3339(Timestamp at);
/// Reads RFC 3339 with any offset and up to nine fraction digits (cut to milliseconds). Years 0001
/// to 9999.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace kitchen
