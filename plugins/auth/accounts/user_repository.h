// All SQL on the table `users`. Every call works inside the caller's transaction.
//
// Errors: what the store reports, unique violations turned into "email_taken" and "phone_taken"
// (conflict, the field named).
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codes/contact.h"
#include "kitchen/store.h"

namespace kitchen::auth {

/// For Route::changes(): what staff can change, and nothing of the person.
inline constexpr std::string_view user_row =
    "SELECT id, role, disabled, version, created_at, updated_at FROM users WHERE id = $1";

inline constexpr std::string_view role_customer = "customer";
inline constexpr std::string_view role_kitchen = "kitchen";
inline constexpr std::string_view role_admin = "admin";

/// An account, as the rest of the plugin handles it.
struct User {
    std::int64_t id = 0;
    std::string email;          ///< as typed; "": none yet. Its owner has given a code mailed there
    std::string phone_number;   ///< E.164; "": none yet
    std::string password_hash;  ///< PHC string; "": none yet. Never leaves the plugin
    std::string role;
    bool disabled = false;
    std::string referral_code;            ///< their own, to give away
    std::int64_t credential_version = 1;  ///< see migrations/0001_accounts.sql
    std::int64_t version = 1;             ///< grows with every change that the public form shows
    std::int64_t created_at = 0, updated_at = 0;  ///< POSIX milliseconds
    bool phone_proved = false;                    ///< its owner has given a code sent there
};

/// Principal::token_id of HTTP Basic: the password that was given, for as long as it opens.
inline std::string basic_token_id(const User& user) {
    return "password-" + std::to_string(user.credential_version);
}

struct NewUser {
    std::string email;  ///< proved; "" for none
    std::string phone_number;
    std::string password_hash;
    std::string role;
    std::string referral_code;
    std::string referred_by_code;  ///< another user's referral code; "" for none, and none when
                                   ///< no user has it (any more)
    std::int64_t created_at = 0;
    bool phone_proved = false;
};

/// What two accounts may not share.
struct Taken {
    bool email = false, phone = false;
};
/// The error for it: one fault a field.
Error taken_error(Taken taken);
/// not_found.
Error user_not_found();
/// conflict.
Error last_admin();
Error account_changed();

struct UserFilter {
    std::string search;  ///< part of an email or phone number, without regard to case; "" for all
    std::string phone_search;  ///< part of an E.164 number; "" to look for `search` there too
    std::string role;          ///< "" for all
};

struct UserPage {
    std::vector<User> users;
    std::int64_t total = 0;
};

class UserRepository {
public:
    explicit UserRepository(Store& store);

    Result<std::optional<User>> by_id(Transaction& tx, std::int64_t id) const;
    Result<std::optional<User>> by_email(Transaction& tx, std::string_view email) const;
    /// Who has given a code that was sent there.
    Result<std::optional<User>> by_contact(Transaction& tx, const Contact& contact) const;
    /// "" is never taken.
    Result<Taken> taken(Transaction& tx, std::string_view email,
                        std::string_view phone_number) const;
    /// Whose it is; nothing when it is no one's, or of an account that is disabled.
    Result<std::optional<std::int64_t>> owner_of_referral_code(Transaction& tx,
                                                               std::string_view code) const;

    /// Errors beyond the above: unique with subject "users_referral_code", when that code exists
    /// already.
    Result<User> insert(Transaction& tx, const NewUser& user) const;

    /// These two give the user as changed; not_found when there is none. The number is not proved.
    Result<User> update_phone(Transaction& tx, std::int64_t id, std::string_view phone_number,
                              std::int64_t now) const;
    /// Grows the credential version.
    Result<User> update_rights(Transaction& tx, std::int64_t id, std::string_view role,
                               bool disabled, std::int64_t now) const;
    /// Grows the credential version, unless it is not `credential_version` any more: then nothing
    /// changes and there is no value.
    Result<std::optional<User>> update_password(Transaction& tx, std::int64_t id,
                                                std::int64_t credential_version,
                                                std::string_view password_hash,
                                                std::int64_t now) const;
    /// The same for the email address, or a phone number that is proved. Errors: "email_taken",
    /// "phone_taken".
    Result<std::optional<User>> update_contact(Transaction& tx, std::int64_t id,
                                               std::int64_t credential_version,
                                               const Contact& contact, std::int64_t now) const;
    /// Takes all that leads to the person out of the row: no other call finds it any more. False
    /// when the credential version is another one.
    Result<bool> forget(Transaction& tx, std::int64_t id, std::int64_t credential_version,
                        std::int64_t now) const;
    /// The rows of that part of the service are forgotten too.
    Status note_forgotten(Transaction& tx, std::int64_t id, std::string_view part) const;
    /// The forgotten ones for which that was not noted.
    Result<std::vector<std::int64_t>> not_forgotten_by(Transaction& tx,
                                                       std::string_view part) const;
    /// The same password at another cost: nothing but the hash changes, and that only if it still
    /// is `old_hash`.
    Status replace_hash(Transaction& tx, std::int64_t id, std::string_view old_hash,
                        std::string_view new_hash) const;

    /// Makes other transactions that lock this account wait until this one has ended: what follows
    /// sees all that they did. not_found when there is none.
    Status lock(Transaction& tx, std::int64_t id) const;
    /// Makes other transactions that would change who is an admin wait until this one has ended.
    Status lock_admins(Transaction& tx) const;
    /// Those that are not disabled.
    Result<std::int64_t> count_admins(Transaction& tx) const;

    /// Ordered by id.
    Result<UserPage> find(Transaction& tx, const UserFilter& filter, std::int64_t limit,
                          std::int64_t offset) const;

private:
    Statement by_id_, by_email_, by_proved_phone_, taken_, referral_, insert_, update_phone_,
        update_rights_, update_password_, update_email_, prove_phone_, forget_, note_forgotten_,
        not_forgotten_, replace_hash_, lock_, lock_admins_, count_admins_, find_, count_found_;
};

}  // namespace kitchen::auth
