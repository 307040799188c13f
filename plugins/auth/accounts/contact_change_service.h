// Another email address for an account, or a phone number that its owner proves: the password
// first, then a code that is sent there, and at the end a notice by mail. With the limits of a
// sign-up. An object for each channel.
//
// Thread-safety: all calls, from any thread. start() blocks for the time of a password hash.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "accounts/account_service.h"
#include "attempt_limits.h"
#include "auth_settings.h"
#include "codes/contact.h"
#include "codes/message_dispatcher.h"
#include "codes/message_texts.h"
#include "codes/one_time_codes.h"

namespace kitchen::auth {

class ContactChangeService {
public:
    struct Dependencies {  ///< all must outlive the service
        Store& store;
        Cache& cache;
        const UserRepository& users;
        const TokenRepository& tokens;
        PasswordGuard& guard;
        const PhoneNumbers& phones;
        MessageDispatcher& messages;
        const MessageTexts& texts;
        Random& random;
        const Clock& clock;
        Logger& log;
    };
    ContactChangeService(Channel channel, Dependencies dependencies, const ServerKey& key,
                         const OtpSettings& settings, const RequestSettings& requests);

    /// Sends a code; the one before is void. How long it is good. A phone number may be that of the
    /// account already, as long as it is not proved.
    /// Errors: unprocessable (password, number, or what it is already); conflict "email_taken",
    /// "phone_taken"; too_many_requests; unavailable.
    Result<std::chrono::milliseconds> start(const Asker& asker, std::string_view address,
                                            const std::string& password);

    /// Ends all other sign-ins, and codes sent to what was there before. The user as changed.
    /// Errors: as OneTimeCodes::check(); not_found "email_change_not_found",
    /// "phone_change_not_found"; conflict "email_taken", "phone_taken"; unavailable (the code is
    /// still good).
    Result<User> verify(const Asker& asker, std::string_view code);

private:
    Result<Contact> contact_of(std::string_view address) const;
    /// The account, when all is well but for the password.
    struct Found {
        User user;
        Status acceptable;
    };
    Result<Found> look_up(std::int64_t user_id, const Contact& wanted);
    /// "email" or "phone", as the names of errors and of what waits in the cache begin.
    std::string word() const { return channel_ == Channel::email ? "email" : "phone"; }
    Error no_change() const;
    /// Of the cache. One change at a time waits for an account.
    std::string entry_of(std::int64_t user_id) const;

    const Channel channel_;
    const Dependencies deps_;
    const PurposeKey contact_key_;
    const OneTimeCodes codes_;
    const OtpSettings settings_;
    AttemptLimit per_address_, per_contact_;
};

}  // namespace kitchen::auth
