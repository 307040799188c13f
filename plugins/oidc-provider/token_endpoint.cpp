#include "token_endpoint.h"

#include <algorithm>

#include "authorization_flow.h"
#include "json_web_token.h"
#include "oauth_messages.h"

namespace kitchen::oidc_provider {
namespace {

using http::Response;

Response invalid_grant(std::string description) {
    return error_response(400, {"invalid_grant", std::move(description)});
}

Json body_of(const ClientTokenPair& pair) {
    return Json::object({{"access_token", pair.access_token},
                         {"token_type", "Bearer"},
                         {"expires_in", pair.expires_in.count()},
                         {"scope", pair.scope}});
}

/// RFC 7636, section 4.6.
bool proves(std::string_view challenge, std::string_view verifier) {
    constexpr std::size_t least = 43, most = 128;
    if (challenge.empty()) return verifier.empty();
    return verifier.size() >= least && verifier.size() <= most &&
           equal_in_constant_time(sha256_base64url(verifier), challenge);
}

}  // namespace

void TokenForm::describe(http::BodyFields<TokenForm>& field) {
    using T = TokenForm;
    const auto add = [&](const char* name, auto member) { field.optional(name, member).max(2048); };
    add("grant_type", &T::grant_type);
    add("client_id", &T::client_id);
    add("client_secret", &T::client_secret);
    add("code", &T::code);
    add("redirect_uri", &T::redirect_uri);
    add("code_verifier", &T::code_verifier);
    add("refresh_token", &T::refresh_token);
    add("scope", &T::scope);
    add("token", &T::token);
}

Result<std::variant<Client, Response>> TokenEndpoint::client_of(const http::Request& http,
                                                                const TokenForm& form) {
    const std::string* header = http.header("authorization");
    const auto refuse = [header](int status, const char* code, const char* description) {
        Response response = error_response(status, {code, description});
        if (header && status == 401)  // RFC 6749 5.2
            response.set_header("WWW-Authenticate", "Basic realm=\"clients\"");
        return std::variant<Client, Response>(std::move(response));
    };
    ClientCredentials given{form.client_id, form.client_secret};
    if (header) {
        const auto basic = basic_credentials(*header);
        if (!basic) return refuse(401, "invalid_client", "The Authorization cannot be read.");
        if (!given.secret.empty() || (!given.id.empty() && given.id != basic->id))
            return refuse(400, "invalid_request", "Authenticate in one way only.");
        given = *basic;
    }
    auto client = deps_.clients.find(given.id);
    if (!client) return std::move(client).error();
    const bool is_right =
        client->has_value() &&
        ((*client)->is_public()
             ? given.secret.empty()
             : equal_in_constant_time(sha256_base64url(given.secret), (*client)->secret_hash));
    if (!is_right) return refuse(401, "invalid_client", "The client is not known, or its secret.");
    return std::variant<Client, Response>(**std::move(client));
}

Result<Response> TokenEndpoint::give(const http::Request& http, const TokenForm& form) {
    auto found = client_of(http, form);
    if (!found) return std::move(found).error();
    if (auto* refusal = std::get_if<Response>(&*found)) return std::move(*refusal);
    const Client& client = std::get<Client>(*found);
    if (form.grant_type == "authorization_code") return for_code(http, client, form);
    if (form.grant_type == "refresh_token") return for_refresh(client, form);
    if (form.grant_type == "client_credentials") return for_itself(client, form);
    if (form.grant_type.empty())
        return error_response(400, {"invalid_request", "The grant_type is missing."});
    return error_response(400, {"unsupported_grant_type", "This grant_type is not known."});
}

Result<Response> TokenEndpoint::for_code(const http::Request& http, const Client& client,
                                         const TokenForm& form) {
    const std::string hash = sha256_base64url(form.code);
    const std::int64_t now = to_millis(deps_.clock.now());
    struct Outcome {
        std::string refusal;
        Code code;
        ClientTokenPair pair;
        bool is_reused = false;
    };
    // That a code was shown twice must be kept although the result is a refusal: so refusals are
    // values of the body, not errors.
    const auto outcome = deps_.store.transact<Outcome>([&](Transaction& tx) -> Result<Outcome> {
        Outcome out;
        const auto found = deps_.rows.code(tx, hash);
        if (!found) return found.error();
        if (!found->has_value() || (*found)->client_id != client.id) {
            out.refusal = "The code is not one of this client's.";
            return out;
        }
        out.code = **found;
        if (out.code.grant_id) {
            if (Status ended = deps_.tokens.revoke(tx, *out.code.grant_id); !ended)
                return std::move(ended).error();
            out.refusal = "The code has been used before.";
            out.is_reused = true;
        } else if (out.code.expires_at <= now) {
            out.refusal = "The code has expired.";
        } else if (out.code.redirect_uri != form.redirect_uri) {
            out.refusal = "The redirect_uri is not that of the code.";
        } else if (!proves(out.code.challenge, form.code_verifier)) {
            out.refusal = "The code_verifier is not that of the code.";
        }
        if (!out.refusal.empty()) return out;
        auto pair = deps_.tokens.issue(tx, out.code.who, client.id, out.code.scope);
        if (!pair && pair.error().kind == Errc::unauthenticated) {
            out.refusal = "The account has changed since.";
            return out;
        }
        if (!pair) return std::move(pair).error();
        out.pair = *std::move(pair);
        if (Status used = deps_.rows.use_code(tx, hash, out.pair.grant_id); !used)
            return std::move(used).error();
        return out;
    });
    if (!outcome) return outcome.error();
    if (outcome->is_reused)
        deps_.log.warn("a used code was shown again; what it gave is revoked",
                       {{"client", client.id}, {"user_id", outcome->code.who.user_id}});
    if (!outcome->refusal.empty()) return invalid_grant(outcome->refusal);

    Json body = body_of(outcome->pair);
    body.set("refresh_token", outcome->pair.refresh_token);
    if (has_word(outcome->code.scope, "openid")) {
        const auto token = id_token(http, client, outcome->code, outcome->pair.access_token);
        if (!token) return token.error();
        body.set("id_token", *token);
    }
    return private_json(body);
}

Result<std::string> TokenEndpoint::id_token(const http::Request& http, const Client& client,
                                            const Code& code, std::string_view access_token) {
    const auto key = deps_.keys.signing(*jwt_algorithm(client.id_token_algorithm));
    if (!key) return key.error();
    constexpr std::size_t half_hash = 16;
    const std::int64_t now = to_millis(deps_.clock.now()) / 1000;
    Json claims = Json::object(
        {{"iss", http.base_url},
         {"sub", std::to_string(code.who.user_id)},
         {"aud", client.id},
         {"iat", now},
         {"exp", now + std::chrono::duration_cast<std::chrono::seconds>(id_token_).count()},
         {"auth_time", code.signed_in_at / 1000},
         {"amr", Json::array({"pwd"})},
         {"at_hash", sha256_base64url(access_token, half_hash)}});
    if (!code.nonce.empty()) claims.set("nonce", code.nonce);
    return sign_jwt(claims, *key);
}

Result<Response> TokenEndpoint::for_refresh(const Client& client, const TokenForm& form) {
    const auto pair = deps_.tokens.refresh(form.refresh_token, client.id);
    if (!pair && pair.error().kind == Errc::unauthenticated)
        return invalid_grant("The refresh token is not valid, or not any more.");
    if (!pair) return pair.error();
    AuthorizationRequest granted;
    granted.scope = pair->scope;
    if (granted.granted_scope(client) != pair->scope) {
        if (Status ended = deps_.store.transact(
                [&](Transaction& tx) { return deps_.tokens.revoke(tx, pair->grant_id); });
            !ended)
            return std::move(ended).error();
        return invalid_grant("The client may not have all of these scopes any more.");
    }
    Json body = body_of(*pair);
    body.set("refresh_token", pair->refresh_token);
    return private_json(body);
}

Result<Response> TokenEndpoint::for_itself(const Client& client, const TokenForm& form) {
    if (client.account_id == 0 || client.is_public())
        return error_response(400, {"unauthorized_client", "This client acts for people only."});
    AuthorizationRequest wanted;
    wanted.scope = form.scope;
    if (form.scope.empty())
        for (const std::string& scope : client.scopes) wanted.scope += scope + ' ';
    const std::string scope = wanted.granted_scope(client);
    if (scope.empty())
        return error_response(400, {"invalid_scope", "None of these scopes is this client's."});
    const auto pair = deps_.store.transact<std::optional<ClientTokenPair>>(
        [&](Transaction& tx) -> Result<std::optional<ClientTokenPair>> {
            const auto who = deps_.tokens.act_as(tx, client.account_id);
            if (!who) return who.error();
            if (!who->has_value()) return std::optional<ClientTokenPair>();
            auto issued = deps_.tokens.issue(tx, **who, client.id, scope);
            if (!issued) return std::move(issued).error();
            return std::optional(*std::move(issued));
        });
    if (!pair) return pair.error();
    if (!pair->has_value())
        return error_response(400, {"unauthorized_client", "Its account is not there any more."});
    return private_json(body_of(**pair));
}

Result<Response> TokenEndpoint::revoke(const http::Request& http, const TokenForm& form) {
    auto found = client_of(http, form);
    if (!found) return std::move(found).error();
    if (auto* refusal = std::get_if<Response>(&*found)) return std::move(*refusal);
    if (form.token.empty())
        return error_response(400, {"invalid_request", "The token is missing."});
    const Client& client = std::get<Client>(*found);
    const Status done = deps_.store.transact(
        [&](Transaction& tx) { return deps_.tokens.revoke(tx, form.token, client.id); });
    if (!done) return done.error();
    return private_json(Json::object());
}

Result<Response> TokenEndpoint::introspect(const http::Request& http, const TokenForm& form) {
    auto found = client_of(http, form);
    if (!found) return std::move(found).error();
    if (auto* refusal = std::get_if<Response>(&*found)) return std::move(*refusal);
    if (std::get<Client>(*found).is_public())
        return error_response(401, {"invalid_client", "A public client cannot look at tokens."});
    const auto facts = deps_.store.read<std::optional<ClientTokenFacts>>(
        [&](Transaction& tx) { return deps_.tokens.look_up(tx, form.token); });
    if (!facts) return facts.error();
    if (!facts->has_value()) return private_json(Json::object({{"active", false}}));
    return private_json(
        Json::object({{"active", true},
                      {"iss", http.base_url},
                      {"sub", std::to_string((*facts)->user_id)},
                      {"client_id", (*facts)->client_id},
                      {"scope", (*facts)->scope},
                      {"exp", to_millis((*facts)->expires_at) / 1000},
                      {"token_type", (*facts)->is_refresh ? "refresh_token" : "Bearer"}}));
}

}  // namespace kitchen::oidc_provider
