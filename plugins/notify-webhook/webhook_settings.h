// The receivers of webhooks, as the configuration names them.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "connection_settings.h"
#include "kitchen/settings.h"

namespace kitchen::webhook {

struct EndpointSettings {
    std::string url;
    std::string secret;      ///< "whsec_" and base64
    std::string old_secret;  ///< while the receiver changes to the new one; "" for none
    std::vector<std::string> events;

    static void describe(Fields<EndpointSettings>& field);
};

struct WebhookSettings : ConnectionSettings {
    std::vector<std::pair<std::string, EndpointSettings>> endpoints;  ///< by name
    std::vector<std::string> allow_networks;
    std::chrono::milliseconds max_age = std::chrono::hours(24);

    static void describe(Fields<WebhookSettings>& field);
    static void check(const WebhookSettings& settings, Problems& problems);
};

}  // namespace kitchen::webhook
