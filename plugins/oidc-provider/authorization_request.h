// What a client asks for at /oauth/authorize (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1, RFC
// 7636), and what can be wrong with it before anyone has signed in.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/body.h"
#include "oauth_client.h"

namespace kitchen::oidc_provider {

/// An error of RFC 6749 and its successors: what the client is told.
struct OAuthError {
    std::string code, description;
};

/// The words of a scope or a prompt.
std::vector<std::string> words_of(std::string_view text);
bool has_word(std::string_view text, std::string_view word);

struct AuthorizationRequest {
    std::string client_id, redirect_uri, response_type, response_mode, scope, state, nonce;
    std::string code_challenge, code_challenge_method;
    std::string prompt, max_age, login_hint, id_token_hint;
    std::string request, request_uri, registration;  ///< not supported, and refused

    static void describe(http::BodyFields<AuthorizationRequest>& field);

    bool prompts(std::string_view how) const { return has_word(prompt, how); }
    /// Seconds. The value of a request that fault_in() has passed.
    std::optional<std::int64_t> longest_ago() const;
    /// What of the scope the client may have, in its order and once each.
    std::string granted_scope(const Client& client) const;
    bool is_openid() const { return has_word(scope, "openid"); }
};

/// Nothing when it may go on. The client and the redirect URI have been checked.
std::optional<OAuthError> fault_in(const AuthorizationRequest& request, const Client& client);

}  // namespace kitchen::oidc_provider
