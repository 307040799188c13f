// JSON Web Tokens, signed (RFC 7519 in the compact form of RFC 7515), by the rules of RFC 8725.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json_web_key.h"
#include "kitchen/json.h"

namespace kitchen {

enum class JwtError : std::uint8_t {
    malformed,  ///< not three parts of strict Base64url with two JSON objects, too long, or `crit`
    algorithm,  ///< none of those that are allowed ("none" and HMAC never are)
    unknown_key,  ///< no key of that kid and algorithm; or no kid, and several keys to choose from
    signature,    ///< not made with that key
};

inline constexpr std::size_t max_jwt_size = 16 * 1024;

/// The header has alg, kid and typ.
std::string sign_jwt(const Json& claims, const JsonWebKey& key, std::string_view type = "JWT");

/// The claims of a token that one of the keys has signed. What they say (iss, aud, exp, …) is the
/// caller's to judge.
std::variant<Json, JwtError> verify_jwt(std::string_view text, std::span<const JsonWebKey> keys,
                                        std::span<const JwtAlgorithm> algorithms);

/// The keys of a JWK Set (RFC 7517, section 5) that JsonWebKey knows; the others are passed over,
/// and of more than 100 the rest.
std::vector<JsonWebKey> keys_of(const Json& key_set);

}  // namespace kitchen
