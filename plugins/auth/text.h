// The few text operations that accounts need, on UTF-8, without locale.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen::auth {

/// A–Z become a–z; all other octets stay. How an email and a password list are compared.
std::string ascii_lower(std::string_view text);

/// Code points of a UTF-8 text; nothing when it is not UTF-8 (RFC 3629: no surrogates, no overlong
/// forms).
std::optional<std::size_t> utf8_length(std::string_view text) noexcept;

/// A positive integer below 2^63 written in ASCII digits only; nothing for everything else.
std::optional<std::int64_t> parse_id(std::string_view text) noexcept;

}  // namespace kitchen::auth
