// Decides whether a user and a password belong together: for HTTP Basic, for POST /login/, and
// where somebody confirms with their password.
//
// The account is read on every call, so a disabled account or a changed role counts at once; a
// password that was right within the last minute is not hashed again. Unknown, disabled and wrong
// cost the same and are answered the same.
//
// Thread-safety: all calls, from any thread. They may block for some hashes' time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kitchen/log.h"
#include "kitchen/store.h"
#include "passwords/login_throttle.h"
#include "passwords/password_hasher.h"
#include "passwords/remembered_credentials.h"
#include "keys/secret_key.h"
#include "passwords/single_flight.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

/// The one answer to everybody who is not who they say: unauthenticated "invalid_credentials".
Error invalid_credentials();

class CredentialVerifier {
public:
    /// All must outlive this.
    struct Parts {
        Store& store;
        const UserRepository& users;
        PasswordHasher& hasher;
        LoginThrottle& per_account;  ///< failures for one account from one client
        LoginThrottle& per_client;   ///< failures from one client
        RememberedCredentials& remembered;
        Logger& log;
    };
    /// `queue`: requests that may wait for another's hash of the same credential.
    CredentialVerifier(Parts parts, SecretKey key, std::size_t queue)
        : parts_(parts), key_(key), flights_(queue) {}

    /// `user` is a user id or an email; anything else is an unknown user.
    /// Errors: invalid_credentials(); too_many_requests, unavailable (both with Retry-After); what
    /// store and cache report.
    Result<User> verify(std::string_view user, std::string_view password,
                        std::string_view client_address);

    /// For a credential that cannot be read: the work of verify() and its answer. A failure of the
    /// client, and of no account.
    Error refuse_unreadable(std::string_view client_address);

    /// Whether it is this user's password, with the same limits.
    Result<bool> confirm(const User& user, std::string_view password,
                         std::string_view client_address);

private:
    Result<std::optional<User>> look_up(std::string_view user);
    /// Who failed, and how often it may.
    struct Guess {
        std::string account, client;  ///< subjects of the two throttles
        std::string network;          ///< of the client
    };
    Guess guess_of(std::string_view account, std::string_view client_address) const;
    Result<bool> attempt(const std::optional<User>& user, std::string_view password,
                         const Guess& guess, const std::string& credential);
    void renew_hash(const User& user, std::string_view password, const Guess& guess);
    std::string credential_of(const std::optional<User>& user, std::string_view password) const;

    const Parts parts_;
    const SecretKey key_;
    SingleFlight flights_;
};

}  // namespace kitchen::auth
