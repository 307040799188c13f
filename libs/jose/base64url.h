// Base64url without padding (RFC 4648, section 5; RFC 7515, section 2).
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kitchen {

std::string base64url(std::string_view bytes);

/// Nothing for padding, any other character, and bits behind the last byte that are not zero: so
/// that two texts never stand for the same bytes.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace kitchen
