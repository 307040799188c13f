#include "provider/provider.h"

#include <array>
#include <utility>

#include "json_web_token.h"
#include "kitchen/text.h"
#include "provider/id_token.h"
#include "public_address.h"

namespace kitchen::oidc_login {
namespace {

std::string joined(const std::vector<std::string>& scopes) {
    std::string text;
    for (const std::string& scope : scopes) text += (text.empty() ? "" : " ") + scope;
    return text;
}

std::string_view word_of(JwtError error) {
    switch (error) {
        case JwtError::algorithm: return "wrong_algorithm";
        case JwtError::unknown_key: return "unknown_key";
        case JwtError::signature: return "wrong_signature";
        case JwtError::malformed: break;
    }
    return "token_malformed";
}

/// Some providers write "true".
bool is_true(const Json& claim) { return claim == Json(true) || claim == Json("true"); }

}  // namespace

Provider::Provider(const std::string& name, const ProviderSettings& provider,
                   const OidcSettings& settings, const Clock& clock, Waits& waits, Logger& log)
    : name_(name),
      label_(provider.label.empty() ? name : provider.label),
      settings_(provider),
      clock_(clock),
      http_(settings, networks_of(settings.allow_networks), waits),
      facts_(name_, settings_.issuer, settings, http_, clock, log) {}

Result<std::string> Provider::authorization_url(const FlowSecrets& flow) {
    const auto facts = facts_.get();
    if (!facts) return facts.error();
    const std::string& endpoint = (*facts)->authorization_endpoint;
    return endpoint + (endpoint.find('?') == std::string::npos ? '?' : '&') +
           form_encoded({{"response_type", "code"},
                         {"client_id", settings_.client_id},
                         {"redirect_uri", flow.redirect_uri},
                         {"scope", joined(settings_.scopes)},
                         {"state", flow.state},
                         {"nonce", flow.nonce},
                         {"code_challenge", sha256_base64url(flow.verifier)},
                         {"code_challenge_method", "S256"}});
}

Result<OutsideIdentity> Provider::redeem(const FlowSecrets& flow, const CallbackQuery& query) {
    const auto facts = facts_.get();
    if (!facts) return facts.error();
    // Against mix-up (RFC 9207): before anything else in the response is believed.
    if (query.issuer != settings_.issuer && ((*facts)->sends_issuer || !query.issuer.empty()))
        return untrusted("wrong_issuer");
    if (query.error == "access_denied")
        return Error(Errc::forbidden, "oidc_cancelled", "You have cancelled the sign-in.");
    if (!query.error.empty()) return untrusted("refused").with_subject(query.error);
    if (query.code.empty()) return untrusted("no_code");

    const auto tokens = exchange(**facts, flow, query.code);
    if (!tokens) return tokens.error();
    const auto claims = verified(*facts, tokens->id);
    if (!claims) return claims.error();
    if (Status good = check_id_token(*claims, {settings_.issuer, settings_.client_id, flow.nonce,
                                               tokens->access, clock_.now()});
        !good)
        return std::move(good).error();

    OutsideIdentity identity{settings_.issuer, subject_of(*claims), {}, false};
    Json told = *claims;
    if (!told["email"].is_string() && !(*facts)->userinfo_endpoint.empty()) {
        auto more = user_info(**facts, tokens->access, identity.subject);
        if (!more) return std::move(more).error();
        told = *std::move(more);
    }
    if (told["email"].is_string()) {
        identity.email = told["email"].as_string();
        identity.is_email_verified = is_true(told["email_verified"]);
    }
    return identity;
}

Result<Provider::Tokens> Provider::exchange(const Facts& facts, const FlowSecrets& flow,
                                            const std::string& code) {
    FormFields form = {{"grant_type", "authorization_code"},
                       {"code", code},
                       {"redirect_uri", flow.redirect_uri},
                       {"code_verifier", flow.verifier}};
    ProviderHttp::Call call{facts.token_endpoint};
    if (settings_.client_secret.empty() || facts.secret_in_body) {
        form.emplace_back("client_id", settings_.client_id);
        if (!settings_.client_secret.empty())
            form.emplace_back("client_secret", settings_.client_secret);
    } else {
        call.user = form_encoded(settings_.client_id);  // RFC 6749 2.3.1
        call.password = form_encoded(settings_.client_secret);
    }
    call.form = std::move(form);
    const ProviderHttp::Place place(http_);
    if (Status taken = place.taken(); !taken) return std::move(taken).error();
    const auto reply = http_.send(call);
    if (!reply) return reply.error();
    // invalid_grant, when the code is not one of this client, redirect URI and PKCE verifier.
    if (reply->status == 400 || reply->status == 401) {
        const Json& why = reply->json["error"];
        return untrusted("code_refused")
            .with_subject(why.is_string() ? why.as_string().substr(0, 100) : "");
    }
    if (reply->status != 200)
        return provider_error("failed").with_subject(std::to_string(reply->status));
    const Json &access = reply->json["access_token"], &id = reply->json["id_token"];
    if (!access.is_string() || has_control_characters(access.as_string()))
        return provider_error("unreadable");
    if (!id.is_string()) return untrusted("no_id_token");
    return Tokens{access.as_string(), id.as_string()};
}

Result<Json> Provider::verified(const FactsPointer& facts, const std::string& id_token) {
    static constexpr std::array algorithms = {JwtAlgorithm::es256, JwtAlgorithm::rs256};
    auto outcome = verify_jwt(id_token, facts->keys, algorithms);
    const auto* failure = std::get_if<JwtError>(&outcome);
    if (failure && *failure == JwtError::unknown_key) {  // it may have changed its keys
        const auto newer = facts_.newer_than(facts);
        if (!newer) return newer.error();
        outcome = verify_jwt(id_token, (*newer)->keys, algorithms);
        failure = std::get_if<JwtError>(&outcome);
    }
    if (failure) return untrusted(word_of(*failure));
    return std::get<Json>(std::move(outcome));
}

Result<Json> Provider::user_info(const Facts& facts, const std::string& access_token,
                                 const std::string& subject) {
    const ProviderHttp::Place place(http_);
    if (Status taken = place.taken(); !taken) return std::move(taken).error();
    auto claims = http_.get({facts.userinfo_endpoint, access_token});
    if (claims && subject_of(*claims) != subject) return untrusted("other_subject");
    return claims;
}

}  // namespace kitchen::oidc_login
