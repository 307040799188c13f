// From an authorization request to a code: signing in, consenting, signing out.
//
// The way through the pages is kept by no one: each page carries a ticket, which is the request as
// it came, signed, and good for an hour. A ticket of the consent and sign-out pages names the
// session that it was made for.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "authorization_request.h"
#include "kitchen/client_tokens.h"
#include "kitchen/clock.h"
#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/identity.h"
#include "kitchen/random.h"
#include "oauth_client.h"
#include "oauth_repository.h"
#include "signing_keys.h"

namespace kitchen::oidc_provider {

/// A random secret, 256 bits in Base64url. What is kept of one is its sha256_base64url().
std::string new_secret(Random& random);

class AuthorizationFlow {
public:
    struct Dependencies {  ///< all must outlive this
        Store& store;
        const OAuthRepository& rows;
        const Clients& clients;
        SigningKeys& keys;
        ClientTokens& tokens;
        Identity& identity;
        const Clock& clock;
        Random& random;
        Logger& log;
    };
    AuthorizationFlow(Dependencies dependencies, std::chrono::milliseconds session)
        : deps_(dependencies), session_(session) {}

    static constexpr const char* cookie_name = "oauth_session";

    Result<http::Response> authorize(const http::Request& http,
                                     const AuthorizationRequest& request);
    struct SignInForm {
        std::string ticket, user, password, decision;
    };
    Result<http::Response> sign_in(const http::Request& http, const SignInForm& form);
    struct ConsentForm {
        std::string ticket, decision;
    };
    Result<http::Response> consent(const http::Request& http, const ConsentForm& form);

    struct SignOutRequest {
        std::string id_token_hint, client_id, post_logout_redirect_uri, state;
    };
    Result<http::Response> sign_out(const http::Request& http, const SignOutRequest& request);
    Result<http::Response> confirm_sign_out(const http::Request& http, std::string_view ticket);

private:
    /// How far a request has come.
    struct Progress {
        AuthorizationRequest request;
        Client client;
        bool has_signed_in = false;  ///< for this request, in the session that goes on with it
        bool has_consented = false;
    };
    Result<http::Response> proceed(const http::Request& http, const Progress& progress,
                                   const std::optional<Session>& session);
    Result<http::Response> give_code(const http::Request& http, const Progress& progress,
                                     const Session& session);
    Result<http::Response> ask_to_sign_in(const http::Request& http, const Progress& progress,
                                          int status, std::string user, std::string fault);
    http::Response refuse(const http::Request& http, const AuthorizationRequest& request,
                          const OAuthError& error) const;
    Result<std::optional<Session>> session_of(const http::Request& http);
    Result<std::string> ticket_for(Json content, std::string_view session_hash);
    Result<std::string> ticket_for(const Progress& progress, std::string_view session_hash);
    Result<std::optional<Json>> open(std::string_view ticket);
    Result<std::optional<Progress>> resume(std::string_view ticket, std::string& session_hash);
    /// Whom one of our ID tokens is about, expired or not, and for which client.
    struct Hint {
        std::string subject, client_id;
    };
    Result<std::optional<Hint>> read_hint(const http::Request& http, std::string_view id_token);
    http::Cookie cookie(const http::Request& http, std::string value, std::int64_t max_age) const;

    const Dependencies deps_;
    const std::chrono::milliseconds session_;
};

}  // namespace kitchen::oidc_provider
