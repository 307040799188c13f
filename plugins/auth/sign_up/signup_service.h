// Signing up in two steps: start() remembers who wants an account and sends a code; verify() makes
// the account. A code that is mailed proves the email address, one that goes by SMS the number.
//
// What waits in between is a cache entry under a keyed hash of the session id, holding a hash of
// the password and a keyed hash of the code: neither the cache nor its backups can be used to take
// part in a sign-up.
//
// Thread-safety: all calls, from any thread. start() blocks for the time of a password hash.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "codes/message_dispatcher.h"
#include "codes/message_texts.h"
#include "codes/one_time_codes.h"
#include "passwords/password_guard.h"
#include "passwords/password_rules.h"
#include "accounts/phone_numbers.h"
#include "attempt_limits.h"
#include "auth_settings.h"
#include "keys/server_key.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

struct SignupForm {
    Channel channel = Channel::email;  ///< which way the code goes
    std::string email;                 ///< well-formed; "" for Channel::sms
    std::string phone_number;
    std::string password;
    std::string referral_code;  ///< another user's; "" for none
    std::string client_address;
};

class SignupService {
public:
    struct Dependencies {  ///< all must outlive the service
        Store& store;
        Cache& cache;
        const UserRepository& users;
        PasswordGuard& guard;
        const PasswordRules& rules;
        const PhoneNumbers& phones;
        MessageDispatcher& messages;
        const MessageTexts& texts;
        Random& random;
        const Clock& clock;
        Logger& log;
        Events* events;  ///< nullptr: there are no subscribers
    };
    SignupService(Dependencies dependencies, const ServerKey& key, const OtpSettings& settings,
                  const RequestSettings& requests);

    const OtpSettings& settings() const noexcept { return settings_; }

    /// What is wrong with email, phone and password, without the store. Error: unprocessable.
    Status check(const SignupForm& form) const;
    /// The id of the new session: 64 hexadecimal digits, a secret of the client.
    /// Errors: those of check(); unprocessable (referral code); conflict "email_taken",
    /// "phone_taken"; too_many_requests; unavailable. After an error nothing waits and no message
    /// goes out.
    Result<std::string> start(const SignupForm& form);

    struct Resent {
        std::chrono::milliseconds left;  ///< until the session ends
        Channel channel;
    };
    /// A new code in the place of the old one; wrong tries stay counted, and the session ends when
    /// it would have. Errors: not_found "signup_session_not_found"; too_many_requests; unavailable
    /// (the old code is still good).
    Result<Resent> resend(std::string_view session_id);

    /// Makes the account and ends the session. The same right code again, while the first is being
    /// handled or when its response was lost, gives the same account. Errors: as
    /// OneTimeCodes::check(); not_found "signup_session_not_found"; conflict "email_taken",
    /// "phone_taken" (and the session is over); unavailable (the session stays: try again).
    Result<User> verify(std::string_view session_id, std::string_view code);

private:
    Status check_availability(const SignupForm& form, const std::string& phone_number);
    std::string entry_of(std::string_view session_id) const;
    /// The same for all sign-ups with that contact while it is young: their messages overtake each
    /// other.
    Result<std::string> code_for(const Contact& contact);
    bool post_code(const Contact& contact, const std::string& code,
                   std::chrono::milliseconds valid_for);

    const Dependencies deps_;
    const PurposeKey session_key_, contact_key_;
    const OneTimeCodes codes_;
    const OtpSettings settings_;
    AttemptLimit per_address_, per_contact_, per_session_;
};

}  // namespace kitchen::auth
