// A forgotten password: a code by mail, and with it a new password. Nothing here tells whether an
// address has an account: all of the look-up happens after the response, and an unknown address
// gets a pending reset too, which no code opens.
//
// Thread-safety: all calls, from any thread. reset() blocks for the time of a password hash.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "codes/mail_dispatcher.h"
#include "codes/mail_texts.h"
#include "codes/one_time_codes.h"
#include "passwords/password_guard.h"
#include "passwords/password_rules.h"
#include "attempt_limits.h"
#include "auth_settings.h"
#include "keys/server_key.h"
#include "sign_in/token_repository.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

class PasswordResetService {
public:
    struct Dependencies {  ///< all must outlive the service and the jobs it has posted
        Store& store;
        Cache& cache;
        const UserRepository& users;
        const TokenRepository& tokens;
        PasswordGuard& guard;
        const PasswordRules& rules;
        MailDispatcher& mails;
        const MailTexts& texts;
        Jobs& jobs;
        Random& random;
        const Clock& clock;
        Logger& log;
    };
    PasswordResetService(Dependencies dependencies, const ServerKey& key,
                         const OtpSettings& settings, const RequestSettings& requests);

    /// Errors: too_many_requests (for the client's address, whatever the email), unavailable.
    Status forgot(const std::string& email, std::string_view client_address);

    /// Ends every token and remembered password of the account.
    /// Errors: unprocessable (password); as OneTimeCodes::check(); not_found
    /// "password_reset_not_found"; unavailable (the code is still good).
    Status reset(std::string_view email, std::string_view code, std::string_view password,
                 std::string_view client_address);

private:
    void prepare(const std::string& email);
    std::string subject_of(std::string_view email) const;

    const Dependencies deps_;
    const PurposeKey email_key_;
    const OneTimeCodes codes_;
    const OtpSettings settings_;
    AttemptLimit per_address_, per_email_;
};

}  // namespace kitchen::auth
