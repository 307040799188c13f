// Another email address for an account: the password first, then a code that is mailed to the new
// address, and at the end a notice to the old one. With the limits of a sign-up.
//
// Thread-safety: all calls, from any thread. start() blocks for the time of a password hash.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "accounts/account_service.h"
#include "attempt_limits.h"
#include "auth_settings.h"
#include "codes/message_dispatcher.h"
#include "codes/message_texts.h"
#include "codes/one_time_codes.h"

namespace kitchen::auth {

class EmailChangeService {
public:
    struct Dependencies {  ///< all must outlive the service
        Store& store;
        Cache& cache;
        const UserRepository& users;
        const TokenRepository& tokens;
        PasswordGuard& guard;
        MessageDispatcher& messages;
        const MessageTexts& texts;
        Random& random;
        const Clock& clock;
        Logger& log;
    };
    EmailChangeService(Dependencies dependencies, const ServerKey& key, const OtpSettings& settings,
                       const RequestSettings& requests);

    /// Mails a code; the one before is void. How long it is good.
    /// Errors: unprocessable (password, or the address it is already); conflict "email_taken";
    /// too_many_requests; unavailable.
    Result<std::chrono::milliseconds> start(const Asker& asker, const std::string& email,
                                            const std::string& password);

    /// Ends all other sign-ins, and codes mailed to the old address. The user as changed. Errors:
    /// as OneTimeCodes::check(); not_found "email_change_not_found"; conflict "email_taken";
    /// unavailable (the code is still good).
    Result<User> verify(const Asker& asker, std::string_view code);

private:
    /// Of the cache. One change at a time waits for an account.
    std::string entry_of(std::int64_t user_id) const;

    const Dependencies deps_;
    const PurposeKey email_key_;
    const OneTimeCodes codes_;
    const OtpSettings settings_;
    AttemptLimit per_address_, per_email_;
};

}  // namespace kitchen::auth
