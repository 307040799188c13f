// The plugin's configuration.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "oauth_client.h"

namespace kitchen::oidc_provider {

struct ProviderSettings {
    std::chrono::milliseconds session = std::chrono::hours(12);
    std::chrono::milliseconds id_token = std::chrono::minutes(10);
    std::chrono::milliseconds rotate_keys_every = std::chrono::hours(24 * 90);
    std::chrono::milliseconds key_overlap = std::chrono::hours(24);
    std::vector<std::pair<std::string, ClientSettings>> clients;

    static void describe(Fields<ProviderSettings>& field) {
        using namespace std::chrono_literals;
        using S = ProviderSettings;
        field("session", &S::session, "How long a browser stays signed in").between(1min, 24h * 90);
        field("id_token", &S::id_token, "How long an ID token is good").between(1min, 24h);
        field("rotate_keys_every", &S::rotate_keys_every, "How old a key gets that signs")
            .between(1h, 24h * 3650);
        field("key_overlap", &S::key_overlap,
              "How long a new key is shown before it signs, and an old one after it has")
            .between(1min, 24h * 30);
        field.named("clients", &S::clients);
    }
    static void check(const ProviderSettings& settings, Problems& problems) {
        if (settings.rotate_keys_every < 3 * settings.key_overlap)
            problems.at(settings.rotate_keys_every, "must be three times key_overlap or more");
        for (const auto& [id, client] : settings.clients) {
            if (const auto fault = fault_of(client)) problems.at(client.redirect_uris, *fault);
            if (!client.secret.empty() && client.secret.size() < 32)
                problems.at(client.secret, "must have 32 characters or more");
            if (client.account_id != 0 && client.secret.empty())
                problems.at(client.account_id, "needs a secret");
        }
    }
};

}  // namespace kitchen::oidc_provider
