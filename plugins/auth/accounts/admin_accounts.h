// How the first administrator comes to be: by hand on the command line, or from the configuration
// at start. Never over HTTP.
//
// Thread-safety: all calls, from any thread. They block for the time of a password hash.
#pragma once

#include <string>

#include "accounts/phone_numbers.h"
#include "accounts/user_repository.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/log.h"
#include "kitchen/plugin.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "passwords/password_guard.h"
#include "passwords/password_rules.h"

namespace kitchen::auth {

struct AdminForm {
    std::string email, phone_number, password;
};

class AdminAccounts {
public:
    struct Dependencies {  ///< all must outlive this
        Store& store;
        const UserRepository& users;
        PasswordGuard& guard;
        const PasswordRules& rules;
        const PhoneNumbers& phones;
        Random& random;
        const Clock& clock;
        Logger& log;
        Events* events;  ///< nullptr: there are no subscribers
    };
    explicit AdminAccounts(Dependencies dependencies) : deps_(dependencies) {}

    /// Errors: unprocessable; conflict "email_taken", "phone_taken"; unavailable.
    Result<User> create(AdminForm form);

    /// create(), unless there is an administrator who is not disabled. Of replicas that start
    /// together one creates, and the others find it there. Success when there is one afterwards.
    Status create_first(const AdminForm& form);

private:
    Result<bool> has_admin();

    const Dependencies deps_;
};

/// `chuks-kitchen create-admin --email E --phone P`: makes an administrator, the password from the
/// terminal or standard input.
///
/// Thread-safety: declare() before all use; one run at a time.
class CreateAdminCommand {
public:
    /// `admins` must outlive every run.
    explicit CreateAdminCommand(AdminAccounts& admins) : admins_(admins) {}
    void declare(Setup& setup);

private:
    Status run(CommandContext& context) const;

    AdminAccounts& admins_;
};

}  // namespace kitchen::auth
