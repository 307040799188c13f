// One outside provider of sign-ins (OpenID Connect Core, code flow with PKCE): where people are
// sent, and who they are when they come back.
//
// Thread-safety: all calls, from any thread. redeem() blocks while the provider answers.
#pragma once

#include <string>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/waits.h"
#include "oidc_settings.h"
#include "provider/provider_facts.h"
#include "provider/provider_http.h"

namespace kitchen::oidc_login {

/// Who a person is, as a provider says. Issuer and subject together never change.
struct OutsideIdentity {
    std::string issuer, subject;
    std::string email;  ///< "": it does not say
    bool is_email_verified = false;
};

/// What a sign-in has from its beginning to its end.
struct FlowSecrets {
    std::string state, nonce;
    std::string verifier;  ///< of PKCE
    std::string redirect_uri;
};

/// What the provider has sent back by way of the browser.
struct CallbackQuery {
    std::string code, issuer, error;
};

class Provider {
public:
    /// All must outlive this.
    Provider(const std::string& name, const ProviderSettings& provider,
             const OidcSettings& settings, const Clock& clock, Waits& waits, Logger& log);

    const std::string& name() const noexcept { return name_; }
    const std::string& label() const noexcept { return label_; }
    const std::string& issuer() const noexcept { return settings_.issuer; }

    /// Where the browser goes. Errors: those of ProviderFacts.
    Result<std::string> authorization_url(const FlowSecrets& flow);
    /// Errors: those of ProviderFacts and check_id_token(); forbidden "oidc_cancelled",
    /// "oidc_refused", "oidc_no_code", "oidc_code_refused", "oidc_no_id_token",
    /// "oidc_token_malformed", "oidc_wrong_algorithm", "oidc_unknown_key", "oidc_wrong_signature",
    /// "oidc_other_subject" (of userinfo).
    Result<OutsideIdentity> redeem(const FlowSecrets& flow, const CallbackQuery& query);

private:
    struct Tokens {
        std::string access, id;
    };
    Result<Tokens> exchange(const Facts& facts, const FlowSecrets& flow, const std::string& code);
    Result<Json> verified(const FactsPointer& facts, const std::string& id_token);
    Result<Json> user_info(const Facts& facts, const std::string& access_token,
                           const std::string& subject);

    const std::string name_, label_;
    const ProviderSettings settings_;
    const Clock& clock_;
    ProviderHttp http_;
    ProviderFacts facts_;
};

}  // namespace kitchen::oidc_login
