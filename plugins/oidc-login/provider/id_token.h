// What an ID token must say to be believed (OpenID Connect Core 3.1.3.7), once its signature has
// been verified.
//
// Thread-safety: pure function.
#pragma once

#include <string>

#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/time.h"

namespace kitchen::oidc_login {

/// What we know of the sign-in that the token is for.
struct ExpectedToken {
    const std::string& issuer;
    const std::string& client_id;
    const std::string& nonce;
    const std::string& access_token;  ///< that came with it
    Timestamp now;
};

/// Errors, all forbidden: "oidc_wrong_issuer", "oidc_wrong_audience", "oidc_wrong_party" (azp),
/// "oidc_wrong_nonce", "oidc_expired", "oidc_wrong_time" (iat, nbf), "oidc_wrong_hash" (at_hash),
/// "oidc_no_subject".
Status check_id_token(const Json& claims, const ExpectedToken& expected);

/// The `sub` of an ID token or of userinfo; "" when it is none.
std::string subject_of(const Json& claims);

/// forbidden: what the provider has sent cannot be trusted. `code` without "oidc_".
Error untrusted(std::string_view code);

}  // namespace kitchen::oidc_login
