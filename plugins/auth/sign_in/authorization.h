// Reading the Authorization header (RFC 9110 11.6.2) and what HTTP Basic puts into it (RFC 7617).
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kitchen::auth {

struct Authorization {
    std::string scheme;       ///< lower-case: "basic"
    std::string credentials;  ///< what follows it, without spaces around
};
/// Nothing when there is no scheme.
std::optional<Authorization> parse_authorization(std::string_view header);

struct BasicCredentials {
    std::string user;
    std::string password;  ///< everything after the first colon
};
/// Nothing unless it is padded Base64 (RFC 4648, nothing else in it) of UTF-8 text with a colon and
/// without NUL.
std::optional<BasicCredentials> decode_basic(std::string_view base64);

}  // namespace kitchen::auth
