// An origin (RFC 6454) as text: "https://kitchen.example", "http://127.0.0.1:8080".
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kitchen::http {

/// The serialised form (RFC 6454 section 6.2): scheme and host in lower case, the scheme's own port
/// left out. Nothing for what is no http or https origin: "null", "*", a path or a slash at the
/// end, user information.
std::optional<std::string> parse_origin(std::string_view text);

}  // namespace kitchen::http
