#include "accounts/personal_data_service.h"

#include "kitchen/json.h"
#include "kitchen/time.h"

namespace kitchen::auth {
namespace {

/// Of one statement.
Json readable(const Rows& rows) {
    Json list = Json::array();
    for (const Row row : rows) {
        Json object = row.object();
        for (auto& [name, value] : object.as_object())
            if (name.ends_with("_at") && value.is_integer())
                value = format_rfc3339(from_millis(value.as_integer()));
        list.as_array().push_back(std::move(object));
    }
    return list;
}

/// Rows by "" would be those of others.
bool is_without_key(const PersonalRows& rows, const std::string& email) {
    return rows.by_email && email.empty();
}

}  // namespace

PersonalDataService::PersonalDataService(Dependencies dependencies) : deps_(dependencies) {
    Store& store = deps_.store;
    parts_.push_back(
        {"account",
         {.kept = {{"profile",
                    store.prepare(
                        "SELECT id, email, phone_number, proved_phone, role, referral_code, "
                        "created_at, updated_at FROM users WHERE id = $1")},
                   {"addresses",
                    store.prepare(
                        "SELECT id, label, recipient_name, line1, line2, city, state, postal_code, "
                        "country, landmark, delivery_instructions, phone, latitude, longitude, "
                        "is_default, created_at, updated_at FROM addresses WHERE user_id = $1 "
                        "ORDER BY id")},
                   {"sign_ins", store.prepare("SELECT created_at, updated_at, expires_at, "
                                              "revoked_at FROM token_families WHERE user_id = $1 "
                                              "ORDER BY id")}},
          .forget = {store.prepare("DELETE FROM addresses WHERE user_id = $1"),
                     store.prepare("DELETE FROM token_families WHERE user_id = $1")}}});
}

void PersonalDataService::add(const Setup& setup, PersonalRows rows) {
    parts_.push_back({std::string(setup.plugin_id()), std::move(rows)});
}

Result<Json> PersonalDataService::export_of(std::int64_t user_id) const {
    return deps_.store.read<Json>([&](Transaction& tx) -> Result<Json> {
        const auto user = deps_.users.by_id(tx, user_id);
        if (!user) return user.error();
        if (!user->has_value()) return user_not_found();
        Json all = Json::object();
        all.set("exported_at", format_rfc3339(deps_.clock.now()));
        for (const Part& part : parts_) {
            Json its = Json::object();
            for (const auto& [name, statement] : part.rows.kept) {
                if (is_without_key(part.rows, (*user)->email)) {
                    its.set(name, Json::array());
                    continue;
                }
                const Result<Rows> rows = tx.query(
                    statement, {part.rows.by_email ? Param((*user)->email) : Param(user_id)});
                if (!rows) return rows.error();
                its.set(name, readable(*rows));
            }
            all.set(part.name, std::move(its));
        }
        return all;
    });
}

Status PersonalDataService::forget(Transaction& tx, const Part& part, std::int64_t user_id,
                                   const std::string& email) const {
    if (is_without_key(part.rows, email)) return deps_.users.note_forgotten(tx, user_id, part.name);
    const Param key = part.rows.by_email ? Param(email) : Param(user_id);
    if (part.rows.busy) {
        const Result<bool> busy = any_row(tx.query(*part.rows.busy, {key}));
        if (!busy) return busy.error();
        if (*busy) return Error(Errc::conflict, "account_busy", part.rows.busy_reason);
    }
    for (const Statement statement : part.rows.forget)
        if (Status done = tx.execute(statement, {key}); !done) return done;
    return deps_.users.note_forgotten(tx, user_id, part.name);
}

Status PersonalDataService::delete_account(const Asker& asker, const std::string& password) {
    const auto before = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_id(tx, asker.user_id); });
    if (!before) return before.error();
    if (!before->has_value()) return user_not_found();
    const User& user = **before;
    const auto right = deps_.guard.confirm(user, password, asker.client_address);
    if (!right) return right.error();
    if (!*right)
        return invalid_field("/password", "wrong_password", "This is not the current password.");
    const std::int64_t now = to_millis(deps_.clock.now());
    const Status done = deps_.store.transact([&](Transaction& tx) -> Status {
        // First of all, as when rights are changed.
        if (Status locked = deps_.users.lock_admins(tx); !locked) return locked;
        const auto forgotten = deps_.users.forget(tx, user.id, user.credential_version, now);
        if (!forgotten) return forgotten.error();
        if (!*forgotten) return account_changed();
        const auto admins = deps_.users.count_admins(tx);
        if (!admins) return admins.error();
        if (*admins == 0 && user.role == role_admin) return last_admin();
        for (const Part& part : parts_)
            if (Status gone = forget(tx, part, user.id, user.email); !gone) return gone;
        return {};
    });
    if (done) deps_.log.info("account deleted", {{"user_id", user.id}});
    return done;
}

Status PersonalDataService::catch_up() {
    for (const Part& part : parts_) {
        if (part.rows.by_email) continue;  // the address went with the account
        const auto behind = deps_.store.read<std::vector<std::int64_t>>(
            [&](Transaction& tx) { return deps_.users.not_forgotten_by(tx, part.name); });
        if (!behind) return behind.error();
        for (const std::int64_t user : *behind)
            if (Status done = deps_.store.transact(
                    [&](Transaction& tx) { return forget(tx, part, user, ""); });
                !done && done.error().code != "account_busy")
                return done;
    }
    return {};
}

}  // namespace kitchen::auth
