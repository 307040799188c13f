// Dates of header fields (RFC 9110 section 5.6.7).
//
// Thread-safety: pure functions.
#pragma once

#include <array>
#include <ctime>
#include <optional>
#include <string_view>

namespace kitchen::http {

/// An IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"), not terminated.
using HttpDate = std::array<char, 29>;
HttpDate format_http_date(std::time_t time) noexcept;
inline std::string_view text_of(const HttpDate& date) noexcept {
    return {date.data(), date.size()};
}

/// Reads an IMF-fixdate; nothing for anything else, the two obsolete forms included.
std::optional<std::time_t> parse_http_date(std::string_view text) noexcept;

}  // namespace kitchen::http
