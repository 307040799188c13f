// How accounts are made, what people do with their own and administrators with everybody's, and
// what other plugins see of them.
//
// Thread-safety: all calls, from any thread. change_own() with a password blocks for the time of
// two password hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/phone_numbers.h"
#include "accounts/user_repository.h"
#include "codes/message_dispatcher.h"
#include "codes/message_texts.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/identity.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "kitchen/version_check.h"
#include "passwords/password_guard.h"
#include "passwords/password_rules.h"
#include "sign_in/token_repository.h"

namespace kitchen::auth {

/// The form in which a code that was typed is looked up: trimmed, letters in upper case.
std::string normal_referral_code(std::string_view typed);

/// What other plugins see of it.
Account account_of(User user);

/// Makes an account, and tells the subscribers of `events`, if there are. `user.referral_code` is
/// filled in here. Errors: conflict "email_taken", "phone_taken"; unique "users_referral_code",
/// once in a very long while; what the store reports.
Result<User> add_account(Transaction& tx, const UserRepository& users, Random& random,
                         Events* events, NewUser user);
/// The same in one transaction of its own.
Result<User> create_account(Store& store, const UserRepository& users, Random& random,
                            Events* events, const NewUser& user);

struct OwnChange {
    std::optional<std::string> phone_number;
    std::optional<std::string> password;
    std::optional<std::string> current_password;  ///< needed with `password`
};

/// Who asks for a change of their own account.
struct Asker {
    std::int64_t user_id = 0;
    std::int64_t family_id = 0;  ///< of their token; 0 for Basic
    std::string client_address;
};

struct RightsChange {
    std::optional<std::string> role;  ///< a known one
    std::optional<bool> disabled;
};

class AccountService {
public:
    struct Dependencies {  ///< all must outlive the service
        Store& store;
        const UserRepository& users;
        const TokenRepository& tokens;
        PasswordGuard& guard;
        const PasswordRules& rules;
        const PhoneNumbers& phones;
        MessageDispatcher& messages;
        const MessageTexts& texts;
        const Clock& clock;
        Logger& log;
    };
    explicit AccountService(Dependencies dependencies) : deps_(dependencies) {}

    /// Error: not_found "user_not_found".
    Result<User> read(std::int64_t user_id);

    /// A new password ends all tokens but the asker's own, and the account's address gets a notice;
    /// a new number is not proved. The user as changed.
    /// Errors: unprocessable; conflict "phone_taken", "account_changed", "no_password";
    /// too_many_requests; unavailable; that of `check`.
    Result<User> change_own(const Asker& asker, const OwnChange& change, const VersionCheck& check);

    /// Those whose email or phone number contains `search`, ordered by id.
    Result<UserPage> find(const std::string& search, const std::string& role, std::int64_t limit,
                          std::int64_t offset);

    /// A change ends all tokens and remembered passwords of that user. The user as changed.
    /// Errors: not_found "user_not_found"; conflict "last_admin" when none would be left;
    /// that of `check`.
    Result<User> change_rights(std::int64_t user_id, const RightsChange& change,
                               std::int64_t by_user, const VersionCheck& check);

private:
    /// The hash of a new password, all rules and the current password checked.
    Result<std::string> accept_password(const Asker& asker, const User& user,
                                        const OwnChange& change);

    const Dependencies deps_;
};

/// identity/1 as other plugins see it.
class IdentityService final : public Identity {
public:
    /// All must outlive every further call.
    IdentityService(const UserRepository& users, const TokenRepository& tokens,
                    const PhoneNumbers& phones)
        : users_(users), tokens_(tokens), phones_(phones) {}
    Result<std::optional<Account>> account(Transaction& tx, std::int64_t user_id) override;
    Result<bool> is_current(Transaction& tx, const Principal& principal) override;
    Result<std::string> normalise_phone(std::string_view phone,
                                        std::string_view country = {}) const override;

private:
    const UserRepository& users_;
    const TokenRepository& tokens_;
    const PhoneNumbers& phones_;
};

}  // namespace kitchen::auth
