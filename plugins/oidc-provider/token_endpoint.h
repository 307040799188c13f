// Who a client is, and what it gets for a code, a refresh token or its own credentials (RFC 6749),
// and what becomes of tokens: revocation (RFC 7009), introspection (RFC 7662).
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "kitchen/client_tokens.h"
#include "kitchen/clock.h"
#include "kitchen/http/body.h"
#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "oauth_client.h"
#include "oauth_repository.h"
#include "signing_keys.h"

namespace kitchen::oidc_provider {

struct TokenForm {
    std::string grant_type, client_id, client_secret;
    std::string code, redirect_uri, code_verifier;
    std::string refresh_token, scope;
    std::string token;  ///< to revoke, to look at

    static void describe(http::BodyFields<TokenForm>& field);
};

class TokenEndpoint {
public:
    struct Dependencies {  ///< all must outlive this
        Store& store;
        const OAuthRepository& rows;
        const Clients& clients;
        SigningKeys& keys;
        ClientTokens& tokens;
        const Clock& clock;
        Logger& log;
    };
    TokenEndpoint(Dependencies dependencies, std::chrono::milliseconds id_token)
        : deps_(dependencies), id_token_(id_token) {}

    Result<http::Response> give(const http::Request& http, const TokenForm& form);
    Result<http::Response> revoke(const http::Request& http, const TokenForm& form);
    Result<http::Response> introspect(const http::Request& http, const TokenForm& form);

private:
    /// The client, or the response that refuses it.
    Result<std::variant<Client, http::Response>> client_of(const http::Request& http,
                                                           const TokenForm& form);
    Result<http::Response> for_code(const http::Request& http, const Client& client,
                                    const TokenForm& form);
    Result<http::Response> for_refresh(const Client& client, const TokenForm& form);
    Result<http::Response> for_itself(const Client& client, const TokenForm& form);
    Result<std::string> id_token(const http::Request& http, const Client& client, const Code& code,
                                 std::string_view access_token);

    const Dependencies deps_;
    const std::chrono::milliseconds id_token_;
};

}  // namespace kitchen::oidc_provider
