// A sign-in on its way: from a page to a provider, back to us, and to the page again. What must not
// be lost between is kept in the cache, and good once.
//
// Three things tie the steps together. `state` finds the flow, which knows its provider (against
// mix-up); a cookie binds it to the browser that began it (against a response that another person's
// browser brings); and PKCE binds both ends: between us and the provider, and between the page and
// us, so that a code in a URL is of no use to those who only read it.
//
// Thread-safety: all calls, from any thread. finish() blocks while the provider answers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/waits.h"
#include "oidc_settings.h"
#include "provider/provider.h"

namespace kitchen::oidc_login {

/// What a page asks for.
struct FlowStart {
    std::string provider;
    std::string return_to;  ///< "": the first of the settings
    std::string challenge;  ///< S256 of what the page keeps
    std::string redirect_uri;
};

class SignInFlows {
public:
    struct Dependencies {  ///< all must outlive this
        Cache& cache;
        const Clock& clock;
        Random& random;
        Waits& waits;
        Logger& log;
    };
    SignInFlows(const OidcSettings& settings, Dependencies dependencies);

    const std::vector<std::unique_ptr<Provider>>& providers() const noexcept { return providers_; }
    /// A secret for the cookie of a browser that has none; is_browser(): whether it may be one.
    std::string new_browser() { return deps_.random.hex(32); }
    static bool is_browser(std::string_view text) {
        return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
    }

    /// Where the browser goes: to the provider, or back to the page with an error. Errors:
    /// not_found "oidc_provider_not_found"; unprocessable for a page that is none of the settings;
    /// unavailable of the cache.
    Result<std::string> start(const FlowStart& wanted, std::string_view browser);
    /// Where the browser goes: to the page, with a code or an error (Provider::redeem(),
    /// "oidc_wrong_provider"). Errors: not_found "oidc_flow_not_found"; forbidden
    /// "oidc_other_browser"; unavailable of the cache.
    Result<std::string> finish(std::string_view provider, std::string_view state,
                               std::string_view browser, const CallbackQuery& query);
    /// Who came back with that code. Errors: not_found "oidc_code_not_found"; forbidden
    /// "oidc_wrong_verifier"; unavailable of the cache.
    Result<OutsideIdentity> redeem(std::string_view code, std::string_view verifier);

private:
    struct Flow {
        std::string provider, return_to, challenge;
        FlowSecrets secrets;
    };
    Provider* find(std::string_view name) const;
    Status keep(const Flow& flow, std::string_view browser);
    Result<Flow> take(std::string_view state, std::string_view browser);
    Result<std::string> keep_identity(const OutsideIdentity& identity,
                                      const std::string& challenge);
    Result<OutsideIdentity> arrive(const Flow& flow, std::string_view provider,
                                   const CallbackQuery& query);
    std::string page_with_error(const Flow& flow, const Error& error);

    const Dependencies deps_;
    const std::vector<std::string> pages_;
    const std::chrono::milliseconds ttl_;
    std::vector<std::unique_ptr<Provider>> providers_;
};

}  // namespace kitchen::oidc_login
