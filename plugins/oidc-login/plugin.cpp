// The plugin `oidc-login`: people sign in by providers outside.
#include "kitchen/plugin.h"

#include "flow/sign_in_flows.h"
#include "kitchen/personal_data.h"
#include "links/sign_in_service.h"
#include "migrations.gen.h"
#include "oidc_routes.h"
#include "oidc_settings.h"

namespace kitchen::oidc_login {
namespace {

class OidcLoginPlugin final : public Plugin {
public:
    using Settings = OidcSettings;

    OidcLoginPlugin(const OidcSettings& settings, Setup& setup, Store& store, Cache& cache,
                    Accounts& accounts, PersonalData* personal, const Clock& clock, Random& random,
                    Waits& waits)
        : flows_(settings, {cache, clock, random, waits, setup.log()}),
          sign_ins_(store, accounts, clock, setup.log()),
          routes_(flows_, sign_ins_, settings) {
        setup.add_migrations(kitchen_migrations);
        if (personal)
            personal->add(
                setup,
                {.kept = {{"sign_ins", store.prepare("SELECT issuer, subject, email, created_at "
                                                     "FROM sign_ins WHERE user_id = $1 ORDER BY "
                                                     "id")}},
                 .forget = {store.prepare("DELETE FROM sign_ins WHERE user_id = $1")}});
        routes_.declare(setup);
    }

private:
    SignInFlows flows_;
    SignInService sign_ins_;
    OidcRoutes routes_;
};

}  // namespace
}  // namespace kitchen::oidc_login

KITCHEN_PLUGIN(kitchen::oidc_login::OidcLoginPlugin, "oidc-login", "1.0.0",
               "Sign-in by outside providers (OpenID Connect)", kitchen::Store, kitchen::Cache,
               kitchen::Accounts, kitchen::Optional<kitchen::PersonalData>, kitchen::Clock,
               kitchen::Random, kitchen::Waits)
