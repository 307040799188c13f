#include "oidc_settings.h"

#include <algorithm>
#include <set>

#include "http_post.h"
#include "kitchen/text.h"
#include "public_address.h"

namespace kitchen::oidc_login {

void ProviderSettings::describe(Fields<ProviderSettings>& field) {
    using S = ProviderSettings;
    field("label", &S::label, "What people read on its button; the name when it is left out");
    field("issuer", &S::issuer, "Its issuer, exactly as it writes it: https://accounts.example")
        .required();
    field("client_id", &S::client_id, "What it calls us").required();
    field("client_secret", &S::client_secret, "Proves to it who we are; empty: it gave none")
        .secret();
    field("scopes", &S::scopes, "What we ask for: openid, and email to find the account");
}

void OidcSettings::describe(Fields<OidcSettings>& field) {
    using namespace std::chrono_literals;
    using S = OidcSettings;
    field.named("providers", &S::providers);
    field("return_to", &S::return_to,
          "Pages that people may come back to, exactly: https://app.example/signed-in")
        .required();
    field("allow_networks", &S::allow_networks,
          "Private networks on which providers may be, there also by plain HTTP: 10.0.0.0/8");
    field("cookie_secure", &S::cookie_secure, "The cookie is for TLS only");
    field("flow_ttl", &S::flow_ttl, "How long people may take at the provider").between(1min, 1h);
    field("keys.refresh", &S::keys_refresh, "After this time a provider's keys are read again")
        .between(1s, 24h);
    field("keys.max_age", &S::keys_max_age,
          "For this long they are good when the provider cannot be read")
        .between(1s, 7 * 24h);
    ConnectionSettings::describe(field, "For each exchange with a provider");
}

void OidcSettings::check(const OidcSettings& settings, Problems& problems) {
    ConnectionSettings::check(settings, problems);
    check_networks(settings.allow_networks, problems);
    if (settings.keys_max_age < settings.keys_refresh)
        problems.at(settings.keys_max_age, "must not be shorter than keys.refresh");
    if (settings.return_to.empty()) problems.at(settings.return_to, "must name a page");
    for (const std::string& page : settings.return_to)
        if ((!page.starts_with("https://") && !page.starts_with("http://")) ||
            page.find_first_of("# \"<>\\") != std::string::npos || has_control_characters(page))
            problems.at(settings.return_to, "'" + page + "' is no absolute URL without a fragment");
    std::set<std::string> issuers;
    for (const auto& [name, provider] : settings.providers) {
        if (const std::string fault =
                check_service_url(provider.issuer, !settings.allow_networks.empty());
            !fault.empty())
            problems.at(provider.issuer, fault);
        // A person's `sub` may differ between two clients of one issuer.
        if (!issuers.insert(provider.issuer).second)
            problems.at(provider.issuer, "is that of another provider here");
        if (provider.client_id.empty()) problems.at(provider.client_id, "must not be empty");
        if (std::find(provider.scopes.begin(), provider.scopes.end(), "openid") ==
            provider.scopes.end())
            problems.at(provider.scopes, "must have openid");
    }
}

}  // namespace kitchen::oidc_login
