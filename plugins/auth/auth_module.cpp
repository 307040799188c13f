#include "auth_module.h"

#include <stdexcept>

namespace kitchen::auth {

AuthModule::AuthModule(const AuthSettings& settings, AuthDependencies dependencies)
    : deps_(dependencies),
      first_admin_{settings.bootstrap_admin.email, settings.bootstrap_admin.phone,
                   settings.bootstrap_admin.password},
      has_cheap_hashes_(settings.argon2_cost.memory < Argon2Cost().memory),
      key_({settings.key, settings.key_file}),
      hashes(key_),
      users(deps_.store),
      token_rows(deps_.store),
      phones(settings.phone_region),
      rules(phones),
      texts(settings.mail_templates, deps_.sms != nullptr),
      messages(deps_.mailer, deps_.sms, deps_.jobs, deps_.clock, deps_.random, deps_.metrics,
               deps_.log),
      guard({deps_.store, deps_.cache, users, key_, deps_.clock, deps_.waits, deps_.log}, settings),
      tokens(deps_.store, token_rows, key_, deps_.random, deps_.clock, deps_.log, settings.tokens),
      signups({deps_.store, deps_.cache, users, guard, rules, phones, messages, texts, deps_.random,
               deps_.clock, deps_.log, deps_.events},
              key_, settings.otp, settings.signup),
      resets({deps_.store, deps_.cache, users, token_rows, guard, rules, messages, texts,
              deps_.jobs, deps_.random, deps_.clock, deps_.log},
             key_, settings.otp, settings.reset),
      accounts({deps_.store, users, token_rows, guard, rules, phones, messages, texts, deps_.clock,
                deps_.log}),
      admins({deps_.store, users, guard, rules, phones, deps_.random, deps_.clock, deps_.log,
              deps_.events}),
      email_changes(Channel::email, contact_changes(), key_, settings.otp, settings.signup),
      phone_changes(Channel::sms, contact_changes(), key_, settings.otp, settings.signup),
      personal({deps_.store, users, guard, deps_.clock, deps_.log}),
      address_rows(deps_.store),
      addresses({deps_.store, users, address_rows, phones, deps_.clock}, settings.addresses) {}

ContactChangeService::Dependencies AuthModule::contact_changes() {
    return {deps_.store, deps_.cache, users,        token_rows,  guard,    phones,
            messages,    texts,       deps_.random, deps_.clock, deps_.log};
}

void AuthModule::start() {
    key_.open(deps_.random, deps_.log);
    if (has_cheap_hashes_)
        deps_.log.warn("argon2.memory is for tests alone: these passwords are cheap to guess");
    if (first_admin_.email.empty()) return;
    const Status made = admins.create_first(first_admin_);
    if (made) return;
    std::string reason = "bootstrap_admin: " + made.error().detail;
    for (const Fault& fault : made.error().faults)
        reason += " " + fault.pointer + ": " + fault.detail;
    throw std::runtime_error(reason);
}

}  // namespace kitchen::auth
