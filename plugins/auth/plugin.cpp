// Wires the auth plugin: settings in, services and routes out.
#include "kitchen/plugin.h"

#include "accounts/account_service.h"
#include "accounts/admin_accounts.h"
#include "accounts/own_account_routes.h"
#include "accounts/phone_tables.h"
#include "accounts/user_routes.h"
#include "addresses/address_book.h"
#include "addresses/address_routes.h"
#include "auth_module.h"
#include "auth_settings.h"
#include "kitchen/account_events.h"
#include "kitchen/accounts.h"
#include "migrations.gen.h"
#include "sign_in/client_token_service.h"
#include "sign_in/identify.h"
#include "sign_in/outside_sign_in.h"
#include "sign_in/session_routes.h"
#include "sign_up/signup_routes.h"

namespace kitchen::auth {

class AuthPlugin final : public Plugin {
public:
    using Settings = AuthSettings;

    AuthPlugin(const Settings& settings, Setup& setup, Store& store, Cache& cache, Mailer& mailer,
               Clock& clock, Random& random, Jobs& jobs, Metrics& metrics, Waits& waits,
               Events* events, SmsSender* sms)
        : log_(setup.log()),
          module_(settings, {store, cache, mailer, clock, random, jobs, metrics, waits, setup.log(),
                             events, sms}),
          identity_(module_.users, module_.token_rows, module_.phones),
          address_lookup_(module_.address_rows),
          client_tokens_(module_.guard, module_.tokens, module_.users, identity_),
          outside_({store, module_.users, module_.guard, module_.tokens, random, clock, events}),
          identify_(module_.guard, module_.tokens),
          signup_routes_(module_.signups, settings.cookie_secure, sms != nullptr),
          session_routes_(module_.guard, module_.tokens, module_.resets, module_.phones,
                          sms != nullptr),
          user_routes_(module_.accounts),
          own_account_routes_(module_.email_changes, sms ? &module_.phone_changes : nullptr,
                              module_.personal),
          address_routes_(module_.addresses),
          create_admin_(module_.admins) {
        check_phone_tables();
        setup.add_migrations(kitchen_migrations);
        setup.provide<Identity>(identity_);
        setup.provide<Addresses>(address_lookup_);
        setup.provide<ClientTokens>(client_tokens_);
        setup.provide<Accounts>(outside_);
        setup.provide<KeyedHash>(module_.hashes);
        setup.provide<PersonalData>(module_.personal);
        if (events) {
            events->declare<AccountVerified>(setup);
            events->declare<AccountReferred>(setup);
        }
        setup.add_middleware(http::Phase::observe, "auth-challenge",
                             http::Middleware(challenge).sends({"WWW-Authenticate"}));
        setup.add_middleware(
            http::Phase::identify, "auth",
            http::Middleware([this](http::Request& request, const http::Next& next) {
                return identify_(request, next);
            })
                .identifies_by(
                    {{"basic", sms ? "user_id:password, email:password, or phone_number:password "
                                     "with the confirmed number in E.164."
                                   : "user_id:password, or email:password."},
                     {"bearer", "An access token."}}));
        signup_routes_.declare(setup);
        session_routes_.declare(setup);
        user_routes_.declare(setup);
        own_account_routes_.declare(setup);
        address_routes_.declare(setup);
        create_admin_.declare(setup);
        setup.add_periodic("auth-sweep-tokens", std::chrono::hours(1),
                           [this] { module_.tokens.sweep(); }, {.once_per_cluster = true});
        setup.add_periodic("auth-forget", std::chrono::hours(1),
                           [this] { forget(); });  // in each: which parts are on differs
    }

    void start() override { module_.start(); }

private:
    void forget() {
        if (Status done = module_.personal.catch_up(); !done)
            log_.warn("deleted accounts are not forgotten everywhere yet",
                      {{"code", done.error().code}});
    }

    Logger& log_;
    AuthModule module_;
    IdentityService identity_;
    AddressLookup address_lookup_;
    ClientTokenService client_tokens_;
    OutsideSignIn outside_;
    Identify identify_;
    SignupRoutes signup_routes_;
    SessionRoutes session_routes_;
    UserRoutes user_routes_;
    OwnAccountRoutes own_account_routes_;
    AddressRoutes address_routes_;
    CreateAdminCommand create_admin_;
};

}  // namespace kitchen::auth

KITCHEN_PLUGIN(
    kitchen::auth::AuthPlugin, "auth", "1.0.0",
    "Accounts, sign-up by mailed code, HTTP Basic and bearer tokens, roles, address books",
    kitchen::Store, kitchen::Cache, kitchen::Mailer, kitchen::Clock, kitchen::Random, kitchen::Jobs,
    kitchen::Metrics, kitchen::Waits, kitchen::Optional<kitchen::Events>,
    kitchen::Optional<kitchen::SmsSender>, kitchen::Provides<kitchen::Identity>,
    kitchen::Provides<kitchen::Addresses>, kitchen::Provides<kitchen::Accounts>,
    kitchen::Provides<kitchen::KeyedHash>, kitchen::Provides<kitchen::PersonalData>,
    kitchen::Provides<kitchen::ClientTokens>)
