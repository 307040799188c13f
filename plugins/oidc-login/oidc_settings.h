// The providers, as the configuration names them.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "connection_settings.h"
#include "kitchen/settings.h"

namespace kitchen::oidc_login {

struct ProviderSettings {
    std::string label;  ///< "": the name
    std::string issuer;
    std::string client_id;
    std::string client_secret;  ///< "": a public client
    std::vector<std::string> scopes = {"openid", "email"};

    static void describe(Fields<ProviderSettings>& field);
};

struct OidcSettings : ConnectionSettings {
    std::vector<std::pair<std::string, ProviderSettings>> providers;  ///< by name
    std::vector<std::string> return_to;
    std::vector<std::string> allow_networks;
    bool cookie_secure = true;
    std::chrono::milliseconds flow_ttl = std::chrono::minutes(10);
    std::chrono::milliseconds keys_refresh = std::chrono::minutes(10);
    std::chrono::milliseconds keys_max_age = std::chrono::hours(24);

    static void describe(Fields<OidcSettings>& field);
    static void check(const OidcSettings& settings, Problems& problems);
};

}  // namespace kitchen::oidc_login
