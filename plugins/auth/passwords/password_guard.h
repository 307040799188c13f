// Every hash of a password that a request causes goes through here: signing in, HTTP Basic,
// confirming the current password, and choosing one at sign-up, for the account or after a reset.
//
// A hash costs 19 MiB and some tens of milliseconds, so an open door to it would be an open door to
// the whole server; and each wrong guess must be counted before the next one is compared. In the
// order in which a check meets them:
//
// 1. The account is read, so a disabled account, a changed password or role counts at once.
// 2. A password that was right a moment ago (RememberedCredentials) is right without a hash: HTTP
//    Basic sends it with every request.
// 3. One check at a time for one account from one client (SingleAttempt). The same credential again
//    waits for the outcome; another one is refused, or parallel guesses would all be compared
//    before the first failure is counted. Only so many may wait.
// 4. Failures are limited for account and client, and for the client alone (FailureLimit). A client
//    is an IPv4 address or an IPv6 /64. Other clients are not locked out of the account.
// 5. Hashing has so many places, and so many may wait (HashGate). Clients take turns, and a client
//    that fills the queue loses its latest place to one that has fewer.
// 6. The hash itself runs on threads of low priority (PasswordHasher). An unknown or disabled
//    account and a header that cannot be read cost one as well, and give the same error.
//
// Thread-safety: all calls, from any thread. They block for some hashes' time, in which the thread
// does not count among those that serve requests (Waits).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/user_repository.h"
#include "attempt_limits.h"
#include "auth_settings.h"
#include "keys/server_key.h"
#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/store.h"
#include "kitchen/waits.h"
#include "passwords/password_hasher.h"
#include "passwords/remembered_credentials.h"
#include "passwords/single_attempt.h"

namespace kitchen::auth {

/// The one error for all credentials that are not right: unauthenticated "invalid_credentials".
Error invalid_credentials();

class PasswordGuard {
public:
    struct Dependencies {  ///< all must outlive the guard
        Store& store;
        Cache& cache;
        const UserRepository& users;
        const ServerKey& key;
        const Clock& clock;
        Waits& waits;
        Logger& log;
    };
    PasswordGuard(Dependencies dependencies, const AuthSettings& settings);

    /// `user` is a user id, an email or a proved phone number in E.164, blanks around it or not;
    /// anything else is an unknown user.
    /// Errors: invalid_credentials(); too_many_requests, unavailable (both with Retry-After); what
    /// store and cache report.
    Result<User> verify(std::string_view user, std::string_view password,
                        std::string_view client_address);

    /// For a credential that cannot be read: the work of verify() and its error. A failure of the
    /// client, and of no account.
    Error refuse_unreadable(std::string_view client_address);

    /// Whether it is this user's password, with the same limits. Error beyond those: conflict
    /// "no_password".
    Result<bool> confirm(const User& user, std::string_view password,
                         std::string_view client_address);

    /// The PHC string of a password that was chosen. `client_address` "": not for a client.
    /// Error: unavailable, with Retry-After.
    Result<std::string> hash(std::string_view password, std::string_view client_address);

    const PasswordHasher& hasher() const noexcept { return hasher_; }

private:
    /// Who tries, and how often they may.
    struct Guess {
        std::string account, client;  ///< subjects of the two limits
        std::string network;          ///< of the client
    };
    Result<std::optional<User>> look_up(std::string_view user);
    Guess guess_of(std::string_view account, std::string_view client_address) const;
    Result<bool> attempt(const std::optional<User>& user, std::string_view password,
                         const Guess& guess, const std::string& credential);
    void renew_hash(const User& user, std::string_view password, const Guess& guess);
    std::string credential_of(const std::optional<User>& user, std::string_view password) const;

    const Dependencies deps_;
    const PurposeKey credential_key_;
    FailureLimit failures_of_account_, failures_of_client_;
    RememberedCredentials remembered_;
    SingleAttempt flights_;
    PasswordHasher hasher_;
};

}  // namespace kitchen::auth
