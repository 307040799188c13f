#include "auth_module.h"

namespace kitchen::auth {
namespace {

SecretKey server_key(const Settings& settings, const Surroundings& around) {
    prepare_crypto();
    return load_server_key(settings.server_key, around.random, around.log);
}

}  // namespace

AuthModule::AuthModule(const Settings& settings, Surroundings around, Argon2Cost cost)
    : key_(server_key(settings, around)),
      users(around.store),
      token_rows(around.store),
      phones(settings.phone_region),
      rules(phones),
      hasher(cost, settings.argon2_parallelism, settings.argon2_queue),
      texts(settings.mail_templates),
      mails(around.mailer, around.jobs, around.clock, around.random, around.metrics, around.log),
      failures_of_account(around.cache, key_.derive("login throttle"), settings.login_failures),
      failures_of_client(around.cache, key_.derive("login throttle"), settings.login_per_address),
      remembered(around.clock, settings.basic_cache_ttl),
      verifier({around.store, users, hasher, failures_of_account, failures_of_client, remembered,
                around.log},
               key_.derive("remembered credentials"), settings.argon2_queue),
      tokens(around.store, token_rows, key_.derive("tokens"), around.random, around.clock,
             around.log, settings.tokens),
      signups({around.store, around.cache, users, hasher, rules, phones, mails, texts,
               around.random, around.clock, around.log},
              key_, settings.signup),
      resets({around.store, around.cache, users, token_rows, hasher, rules, mails, texts,
              around.jobs, around.random, around.clock, around.log},
             key_, settings.reset),
      accounts({around.store, users, token_rows, verifier, hasher, rules, phones, around.clock,
                around.log}),
      admins({around.store, users, hasher, rules, phones, around.random, around.clock, around.log}),
      address_rows(around.store),
      addresses({around.store, users, address_rows, phones, around.clock}, settings.addresses) {}

}  // namespace kitchen::auth
