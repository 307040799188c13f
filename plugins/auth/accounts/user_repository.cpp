#include "accounts/user_repository.h"

#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

#define AUTH_USER_COLUMNS                                                                         \
    "id, email, phone_number, password_hash, role, disabled, referral_code, credential_version, " \
    "version, created_at, updated_at, proved_phone"

// '!' escapes the wildcards of LIKE: a backslash would mean different things to different stores.
#define AUTH_USER_FILTER                                                                           \
    " WHERE deleted_at IS NULL AND ($1 = '' OR email_key LIKE $2 ESCAPE '!' OR phone_number LIKE " \
    "$3 ESCAPE '!') AND ($4 "                                                                      \
    "= '' OR role = $4)"

User user_of(const Row& row) {
    User user;
    user.id = row.integer(0);
    user.email = row.string(1);
    user.phone_number = row.string(2);
    user.password_hash = row.string(3);
    user.role = row.string(4);
    user.disabled = row.boolean(5);
    user.referral_code = row.string(6);
    user.credential_version = row.integer(7);
    user.version = row.integer(8);
    user.created_at = row.integer(9);
    user.updated_at = row.integer(10);
    user.phone_proved = !user.phone_number.empty() && row.text(11) == user.phone_number;
    return user;
}

Error with_field(Error error) {
    if (error.is_unique("users_email")) return taken_error({.email = true});
    if (error.is_unique("users_phone")) return taken_error({.phone = true});
    return error;
}

Result<User> changed(Result<Rows> rows) {
    if (!rows) return with_field(std::move(rows).error());
    if (rows->empty()) return user_not_found();
    return user_of(rows->front());
}

std::string contains_pattern(std::string_view text) {
    std::string pattern = "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern + '%';
}

}  // namespace

Error taken_error(Taken taken) {
    Error error =
        taken.email
            ? Error(Errc::conflict, "email_taken",
                    "There is an account with this email address. Sign in, or use another address.")
            : Error(Errc::conflict, "phone_taken",
                    "There is an account with this phone number. Sign in, or use another number.");
    if (taken.email)
        error.faults.push_back({"/email", "taken", "There is an account with this email address."});
    if (taken.phone)
        error.faults.push_back(
            {"/phone_number", "taken", "There is an account with this phone number."});
    return error;
}

Error last_admin() {
    return Error(Errc::conflict, "last_admin",
                 "This is the last administrator. Make another user one first.");
}

Error account_changed() {
    return Error(Errc::conflict, "account_changed",
                 "The account was changed at the same time by another request. Look at it, and try "
                 "again.");
}

Error user_not_found() {
    return Error(Errc::not_found, "user_not_found", "There is no user with this id.");
}

UserRepository::UserRepository(Store& store)
    : by_id_(store.prepare("SELECT " AUTH_USER_COLUMNS
                           " FROM users WHERE id = $1 AND deleted_at IS "
                           "NULL")),
      by_email_(store.prepare("SELECT " AUTH_USER_COLUMNS
                              " FROM users WHERE email_key = $1 AND email_key <> ''")),
      by_proved_phone_(store.prepare("SELECT " AUTH_USER_COLUMNS
                                     " FROM users WHERE phone_number = $1 AND phone_number <> '' "
                                     "AND proved_phone = phone_number")),
      taken_(store.prepare("SELECT email_key, phone_number FROM users WHERE (email_key = $1 AND "
                           "email_key <> '') OR (phone_number = $2 AND phone_number <> '')")),
      referral_(store.prepare("SELECT id FROM users WHERE referral_code = $1 AND disabled = 0")),
      insert_(
          store.prepare("INSERT INTO users (email, email_key, phone_number, password_hash, "
                        "role, referral_code, referred_by, created_at, updated_at, proved_phone) "
                        "VALUES ($1, $2, $3, $4, $5, $6, (SELECT id FROM users WHERE "
                        "referral_code = $7), $8, $8, $9) "
                        "RETURNING " AUTH_USER_COLUMNS)),
      update_phone_(store.prepare("UPDATE users SET phone_number = $2, version = version + 1, "
                                  "updated_at = $3 WHERE id = $1 "
                                  "RETURNING " AUTH_USER_COLUMNS)),
      update_rights_(store.prepare("UPDATE users SET role = $2, disabled = $3, credential_version "
                                   "= credential_version + 1, version = version + 1, "
                                   "updated_at = $4 WHERE id = $1 RETURNING " AUTH_USER_COLUMNS)),
      update_password_(store.prepare("UPDATE users SET password_hash = $3, credential_version = "
                                     "credential_version + 1, version = version + 1, "
                                     "updated_at = $4 WHERE id = $1 AND credential_version = $2 "
                                     "RETURNING " AUTH_USER_COLUMNS)),
      update_email_(store.prepare(
          "UPDATE users SET email = $3, email_key = $4, credential_version = credential_version + "
          "1, version = version + 1, updated_at = $5 WHERE id = $1 AND credential_version = $2 "
          "RETURNING " AUTH_USER_COLUMNS)),
      prove_phone_(store.prepare(
          "UPDATE users SET phone_number = $3, proved_phone = $3, credential_version = "
          "credential_version + 1, version = version + 1, updated_at = $4 WHERE id = $1 AND "
          "credential_version = $2 RETURNING " AUTH_USER_COLUMNS)),
      forget_(store.prepare(
          "UPDATE users SET email = 'deleted-' || CAST(id AS TEXT), email_key = 'deleted-' || "
          "CAST(id AS TEXT), phone_number = 'deleted-' || CAST(id AS TEXT), proved_phone = '', "
          "referral_code = "
          "'deleted-' || CAST(id AS TEXT), password_hash = '', disabled = 1, referred_by = NULL, "
          "credential_version = credential_version + 1, version = version + 1, updated_at = $3, "
          "deleted_at = $3 WHERE id = $1 AND credential_version = $2 AND deleted_at IS NULL")),
      note_forgotten_(store.prepare("INSERT INTO forgotten_parts (user_id, part) VALUES ($1, $2) "
                                    "ON CONFLICT (user_id, part) DO NOTHING")),
      not_forgotten_(store.prepare(
          "SELECT id FROM users WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
          "forgotten_parts WHERE user_id = users.id AND part = $1) ORDER BY deleted_at")),
      replace_hash_(store.prepare(
          "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")),
      lock_(store.prepare("UPDATE users SET version = version WHERE id = $1")),
      lock_admins_(
          store.prepare("UPDATE users SET role = role WHERE role = 'admin' AND disabled = 0")),
      count_admins_(
          store.prepare("SELECT COUNT(*) FROM users WHERE role = 'admin' AND disabled = 0")),
      find_(store.prepare("SELECT " AUTH_USER_COLUMNS " FROM users" AUTH_USER_FILTER
                          " ORDER BY id LIMIT $5 OFFSET $6")),
      count_found_(store.prepare("SELECT COUNT(*) FROM users" AUTH_USER_FILTER)) {}

#undef AUTH_USER_COLUMNS
#undef AUTH_USER_FILTER

Result<std::optional<User>> UserRepository::by_id(Transaction& tx, std::int64_t id) const {
    return first_row(tx.query(by_id_, {id}), user_of);
}

Result<std::optional<User>> UserRepository::by_email(Transaction& tx,
                                                     std::string_view email) const {
    return first_row(tx.query(by_email_, {ascii_lower(email)}), user_of);
}

Result<std::optional<User>> UserRepository::by_contact(Transaction& tx,
                                                       const Contact& contact) const {
    if (contact.channel == Channel::email) return by_email(tx, contact.address);
    return first_row(tx.query(by_proved_phone_, {contact.address}), user_of);
}

Result<Taken> UserRepository::taken(Transaction& tx, std::string_view email,
                                    std::string_view phone_number) const {
    const std::string key = ascii_lower(email);
    auto rows = tx.query(taken_, {key, phone_number});
    if (!rows) return std::move(rows).error();
    Taken taken;
    for (Row row : *rows) {
        taken.email = taken.email || (!key.empty() && row.text(0) == key);
        taken.phone = taken.phone || (!phone_number.empty() && row.text(1) == phone_number);
    }
    return taken;
}

Result<std::optional<std::int64_t>> UserRepository::owner_of_referral_code(
    Transaction& tx, std::string_view code) const {
    return first_row(tx.query(referral_, {code}), [](Row row) { return row.integer(0); });
}

Result<User> UserRepository::insert(Transaction& tx, const NewUser& user) const {
    return changed(tx.query(
        insert_, {user.email, ascii_lower(user.email), user.phone_number, user.password_hash,
                  user.role, user.referral_code, user.referred_by_code, user.created_at,
                  user.phone_proved ? user.phone_number : std::string()}));
}

Result<User> UserRepository::update_phone(Transaction& tx, std::int64_t id,
                                          std::string_view phone_number, std::int64_t now) const {
    return changed(tx.query(update_phone_, {id, phone_number, now}));
}

Result<User> UserRepository::update_rights(Transaction& tx, std::int64_t id, std::string_view role,
                                           bool disabled, std::int64_t now) const {
    return changed(tx.query(update_rights_, {id, role, disabled, now}));
}

Result<std::optional<User>> UserRepository::update_password(Transaction& tx, std::int64_t id,
                                                            std::int64_t credential_version,
                                                            std::string_view password_hash,
                                                            std::int64_t now) const {
    return first_row(tx.query(update_password_, {id, credential_version, password_hash, now}),
                     user_of);
}

Result<std::optional<User>> UserRepository::update_contact(Transaction& tx, std::int64_t id,
                                                           std::int64_t credential_version,
                                                           const Contact& contact,
                                                           std::int64_t now) const {
    const std::string& address = contact.address;
    auto rows = contact.channel == Channel::email
                    ? tx.query(update_email_, {id, credential_version, address, contact.key(), now})
                    : tx.query(prove_phone_, {id, credential_version, address, now});
    if (!rows) return with_field(std::move(rows).error());
    return first_row(rows, user_of);
}

Result<bool> UserRepository::forget(Transaction& tx, std::int64_t id,
                                    std::int64_t credential_version, std::int64_t now) const {
    const auto rows = tx.query(forget_, {id, credential_version, now});
    if (!rows) return rows.error();
    return rows->changed() == 1;
}

Status UserRepository::note_forgotten(Transaction& tx, std::int64_t id,
                                      std::string_view part) const {
    return tx.execute(note_forgotten_, {id, part});
}

Result<std::vector<std::int64_t>> UserRepository::not_forgotten_by(Transaction& tx,
                                                                   std::string_view part) const {
    const auto rows = tx.query(not_forgotten_, {part});
    if (!rows) return rows.error();
    std::vector<std::int64_t> ids;
    for (const Row row : *rows) ids.push_back(row.integer(0));
    return ids;
}

Status UserRepository::replace_hash(Transaction& tx, std::int64_t id, std::string_view old_hash,
                                    std::string_view new_hash) const {
    return tx.execute(replace_hash_, {id, old_hash, new_hash});
}

Status UserRepository::lock(Transaction& tx, std::int64_t id) const {
    const auto rows = tx.query(lock_, {id});
    if (!rows) return rows.error();
    return rows->changed() == 1 ? Status() : Status(user_not_found());
}

Status UserRepository::lock_admins(Transaction& tx) const { return tx.execute(lock_admins_); }

Result<std::int64_t> UserRepository::count_admins(Transaction& tx) const {
    auto rows = tx.query(count_admins_);
    if (!rows) return std::move(rows).error();
    return rows->front().integer(0);
}

Result<UserPage> UserRepository::find(Transaction& tx, const UserFilter& filter, std::int64_t limit,
                                      std::int64_t offset) const {
    const std::string search = ascii_lower(filter.search);
    const std::string email_pattern = contains_pattern(search);
    const std::string phone_pattern =
        contains_pattern(filter.phone_search.empty() ? search : filter.phone_search);
    auto total = tx.query(count_found_, {search, email_pattern, phone_pattern, filter.role});
    if (!total) return std::move(total).error();
    auto rows = tx.query(find_, {search, email_pattern, phone_pattern, filter.role, limit, offset});
    if (!rows) return std::move(rows).error();
    UserPage page;
    page.total = total->front().integer(0);
    page.users.reserve(rows->size());
    for (Row row : *rows) page.users.push_back(user_of(row));
    return page;
}

}  // namespace kitchen::auth
