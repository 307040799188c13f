// The plugin `oidc-provider`: an OAuth 2.0 authorization server and OpenID Connect provider.
#include "kitchen/plugin.h"

#include "migrations.gen.h"
#include "provider_routes.h"
#include "provider_settings.h"

namespace kitchen::oidc_provider {
namespace {

class OidcProviderPlugin final : public Plugin {
public:
    using Settings = ProviderSettings;

    OidcProviderPlugin(const ProviderSettings& settings, Setup& setup, Store& store,
                       ClientTokens& tokens, const KeyedHash& secret, Identity& identity,
                       Addresses& addresses, PersonalData* personal, const Clock& clock,
                       Random& random)
        : store_(store),
          clock_(clock),
          log_(setup.log()),
          clients_(store, settings.clients),
          rows_(store),
          keys_(store, secret, clock, log_, {settings.rotate_keys_every, settings.key_overlap}),
          flow_({store, rows_, clients_, keys_, tokens, identity, clock, random, log_},
                settings.session),
          endpoint_({store, rows_, clients_, keys_, tokens, clock, log_}, settings.id_token),
          routes_({flow_, endpoint_, keys_, clients_, tokens, store, identity, addresses, clock,
                   random}) {
        setup.add_migrations(kitchen_migrations);
        routes_.declare(setup);
        if (personal) rows_.add_personal(*personal, setup, store);
        setup.add_periodic("oidc-provider: keys and what has expired", std::chrono::minutes(10),
                           [this] { sweep(); }, {.once_per_cluster = true});
    }

    void start() override {
        if (Status made = keys_.rotate(); !made)
            throw std::runtime_error("the signing keys: " + made.error().detail);
    }

private:
    void sweep() {
        Status done = keys_.rotate();
        if (done)
            done = store_.transact(
                [&](Transaction& tx) { return rows_.sweep(tx, to_millis(clock_.now())); });
        if (!done) log_.warn("keys and sessions were not swept", {{"code", done.error().code}});
    }

    Store& store_;
    const Clock& clock_;
    Logger& log_;
    const Clients clients_;
    const OAuthRepository rows_;
    SigningKeys keys_;
    AuthorizationFlow flow_;
    TokenEndpoint endpoint_;
    ProviderRoutes routes_;
};

}  // namespace
}  // namespace kitchen::oidc_provider

KITCHEN_PLUGIN(kitchen::oidc_provider::OidcProviderPlugin, "oidc-provider", "1.0.0",
               "Signs people in to other applications: OAuth 2.0 and OpenID Connect",
               kitchen::Store, kitchen::ClientTokens, kitchen::KeyedHash, kitchen::Identity,
               kitchen::Addresses, kitchen::Optional<kitchen::PersonalData>, kitchen::Clock,
               kitchen::Random)
