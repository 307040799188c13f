// Wires the auth plugin: configuration in, services and routes out.
#include <memory>
#include <stdexcept>

#include "addresses/address_lookup.h"
#include "addresses/address_routes.h"
#include "auth_module.h"
#include "accounts/create_admin_command.h"
#include "sign_in/challenge.h"
#include "sign_in/identify.h"
#include "accounts/identity_service.h"
#include "kitchen/plugin_v1.h"
#include "migrations.gen.h"
#include "sign_in/session_routes.h"
#include "sign_up/signup_routes.h"
#include "accounts/user_routes.h"

namespace kitchen::auth {

class AuthPlugin final : public PluginV1 {
public:
    void configure(Setup& setup) override {
        settings_ = read_settings(config_v1(setup));
        setup.add_migrations(kitchen_migrations);
        setup.provide<Identity>(identity_);
        setup.provide<Addresses>(address_lookup_);
        setup.add_middleware(http::Phase::observe, "auth-challenge",
                             http::Middleware(challenge).sends({"WWW-Authenticate"}));
        setup.add_middleware(http::Phase::identify, "auth",
                             [this](http::Request& request, const http::Next& next) {
                                 return identify_(request, next);
                             });
        signup_routes_.declare(setup, settings_.cookie_secure);
        session_routes_.declare(setup);
        user_routes_.declare(setup);
        address_routes_.declare(setup);
        create_admin_.declare(setup);
        setup.add_periodic("auth-sweep-tokens", std::chrono::hours(1),
                           [this] { module_->tokens.sweep(); });
    }

    void start(Services& services) override {
        module_ = std::make_unique<AuthModule>(
            settings_,
            AuthDependencies{services.get<Store>(), services.get<Cache>(), services.get<Mailer>(),
                             services.get<Clock>(), services.get<Random>(), services.get<Jobs>(),
                             services.get<Metrics>(), services.log()});
        identity_.bind(module_->users, module_->phones);
        address_lookup_.bind(module_->address_rows);
        identify_.bind(module_->guard, module_->tokens);
        signup_routes_.bind(module_->signups);
        session_routes_.bind(module_->guard, module_->tokens, module_->resets);
        user_routes_.bind(module_->accounts);
        address_routes_.bind(module_->addresses);
        create_admin_.bind(module_->admins);
        module_->start();
    }

private:
    Settings settings_;
    IdentityService identity_;
    AddressLookup address_lookup_;
    Identify identify_;
    SignupRoutes signup_routes_;
    SessionRoutes session_routes_;
    UserRoutes user_routes_;
    AddressRoutes address_routes_;
    CreateAdminCommand create_admin_;
    std::unique_ptr<AuthModule> module_;
};

}  // namespace kitchen::auth

namespace {
constexpr kitchen_need needs[] = {{"store/1", 0}, {"cache/1", 0}, {"mailer/1", 0}};
constexpr const char* provides[] = {"identity/1", "addresses/1"};
}  // namespace

KITCHEN_PLUGIN_V1(
    kitchen::auth::AuthPlugin,
    {.id = "auth",
     .version = "1.0.0",
     .summary =
         "Accounts, sign-up by mailed code, HTTP Basic and bearer tokens, roles, address books",
     .needs = needs,
     .provides = provides,
     .config = kitchen::auth::config_keys})
