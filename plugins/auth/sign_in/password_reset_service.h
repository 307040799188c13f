// A forgotten password: a code by mail or SMS, and with it a new password. Nothing here tells
// whether an address or number has an account: all of the look-up happens after the response, and
// an unknown one, or a number that is not proved, gets a pending reset too, which no code opens.
//
// Asking again while the code is young sends the same code, since messages overtake each other.
// Tries are counted for each network that has asked, and for all others together: a stranger uses
// up their own, and a client that has changed its network meanwhile still has some.
//
// Thread-safety: all calls, from any thread. reset() blocks for the time of a password hash.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "codes/message_dispatcher.h"
#include "codes/message_texts.h"
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
        MessageDispatcher& messages;
        const MessageTexts& texts;
        Jobs& jobs;
        Random& random;
        const Clock& clock;
        Logger& log;
    };
    PasswordResetService(Dependencies dependencies, const ServerKey& key,
                         const OtpSettings& settings, const RequestSettings& requests);

    /// Errors: too_many_requests (for the client's address, whatever the contact), unavailable.
    Status forgot(const Contact& contact, std::string_view client_address);

    /// Ends every token and remembered password of the account, whose address gets a notice.
    /// Errors: unprocessable (password); wrong_code(); not_found "password_reset_not_found", also
    /// when no tries are left; unavailable (the code is still good).
    Status reset(const Contact& contact, std::string_view code, std::string_view password,
                 std::string_view client_address);

private:
    /// What waits for a code: a cache entry.
    struct Pending {
        std::string entry, subject;
        CacheFields fields;
    };
    void prepare(const Contact& contact, const std::string& client_network);
    /// The code that was sent or is to be, and how long it is good.
    Result<std::pair<std::string, std::chrono::milliseconds>> code_for(
        const std::string& subject, const std::optional<User>& user, const std::string& tries);
    /// Counts the try, and gives it back when the code is right. Errors: those of reset().
    Status check_code(const Pending& pending, std::string_view code,
                      std::string_view client_address);
    std::string subject_of(const Contact& contact) const;
    /// The field with the tries of one network.
    std::string tries_of(std::string_view client_network) const;

    const Dependencies deps_;
    const PurposeKey contact_key_, network_key_;
    const OneTimeCodes codes_;
    const OtpSettings settings_;
    AttemptLimit per_address_, per_contact_;
};

}  // namespace kitchen::auth
