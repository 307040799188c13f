// Percent-encoding (RFC 3986 section 2.1).
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kitchen::http {

/// What '+' stands for.
enum class Plus {
    literal,  ///< in a path
    space,    ///< in a query that a form wrote
};

/// Decodes %XX. Nothing when a '%' is not followed by two hexadecimal digits, or when the decoded
/// bytes hold a NUL or are not valid UTF-8.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

}  // namespace kitchen::http
