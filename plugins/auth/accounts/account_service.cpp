#include "accounts/account_service.h"

#include <algorithm>

#include "kitchen/account_events.h"
#include "kitchen/text.h"
#include "kitchen/time.h"

namespace kitchen::auth {
namespace {

bool is_active_admin(std::string_view role, bool disabled) {
    return role == role_admin && !disabled;
}

/// Eight characters that cannot be mistaken for each other: no I, L, O, 0, 1.
std::string make_referral_code(Random& random) {
    constexpr std::string_view alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    std::string code;
    for (int i = 0; i < 8; ++i) code += alphabet[random.below(alphabet.size())];
    return code;
}

}  // namespace

std::string normal_referral_code(std::string_view typed) {
    std::string code = trimmed(typed);
    for (char& c : code)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return code;
}

Account account_of(User user) {
    return {.id = user.id,
            .email = std::move(user.email),
            .phone_number = std::move(user.phone_number),
            .role = std::move(user.role),
            .disabled = user.disabled,
            .phone_proved = user.phone_proved};
}

Result<User> add_account(Transaction& tx, const UserRepository& users, Random& random,
                         Events* events, NewUser user) {
    // The indexes would refuse too, but name one field only, and which of two is up to the store.
    const auto taken = users.taken(tx, user.email, user.phone_number);
    if (!taken) return taken.error();
    if (taken->email || taken->phone) return taken_error(*taken);
    user.referral_code = make_referral_code(random);
    Result<User> made = users.insert(tx, user);
    if (!made || !events) return made;
    const AccountVerified verified{made->id, from_millis(made->created_at)};
    if (Status told = events->emit(tx, verified); !told) return std::move(told).error();
    if (user.referred_by_code.empty()) return made;
    const auto owner = users.owner_of_referral_code(tx, user.referred_by_code);
    if (!owner) return owner.error();
    if (!*owner) return made;
    const AccountReferred referred{made->id, **owner, from_millis(made->created_at)};
    if (Status told = events->emit(tx, referred); !told) return std::move(told).error();
    return made;
}

Result<User> create_account(Store& store, const UserRepository& users, Random& random,
                            Events* events, const NewUser& user) {
    constexpr int max_tries = 5;  // 31^8 codes: a second clash is not chance any more
    for (int tries = 1;; ++tries) {
        auto created = store.transact<User>(
            [&](Transaction& tx) { return add_account(tx, users, random, events, user); });
        if (created || !created.error().is_unique("users_referral_code") || tries == max_tries)
            return created;
    }
}

Result<User> AccountService::read(std::int64_t user_id) {
    auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_id(tx, user_id); });
    if (!user) return std::move(user).error();
    if (!user->has_value()) return user_not_found();
    return **std::move(user);
}

Result<std::string> AccountService::accept_password(const Asker& asker, const User& user,
                                                    const OwnChange& change) {
    if (!change.current_password)
        return invalid_field("/current_password", "required",
                             "To change the password, give the current one too.");
    if (Status good = deps_.rules.check(*change.password, user.email, user.phone_number); !good)
        return std::move(good).error();
    const auto right = deps_.guard.confirm(user, *change.current_password, asker.client_address);
    if (!right) return right.error();
    if (!*right)
        return invalid_field("/current_password", "wrong_password",
                             "This is not the current password.");
    return deps_.guard.hash(*change.password, asker.client_address);
}

Result<User> AccountService::change_own(const Asker& asker, const OwnChange& change,
                                        const VersionCheck& check) {
    std::optional<std::string> phone, hash;
    const auto before = read(asker.user_id);
    if (!before) return before;
    // What is stored was good when it was stored, whatever the tables say today.
    if (change.phone_number && *change.phone_number != before->phone_number) {
        auto normal = deps_.phones.normalise(*change.phone_number);
        if (!normal) return std::move(normal).error();
        phone = *std::move(normal);
        if (*phone != before->phone_number && before->email.empty())
            return invalid_field("/phone_number", "only_contact",
                                 "Codes for your account go to its number alone. Change it by POST "
                                 "/me/phone/, or add an email address first.");
    }
    if (Status good = check(before->version); !good) return std::move(good).error();
    if (change.password) {
        auto accepted = accept_password(asker, *before, change);
        if (!accepted) return std::move(accepted).error();
        hash = *std::move(accepted);
    }
    const std::int64_t now = to_millis(deps_.clock.now());
    auto changed = deps_.store.transact<User>([&](Transaction& tx) -> Result<User> {
        auto found = deps_.users.by_id(tx, asker.user_id);
        if (!found) return std::move(found).error();
        if (!found->has_value()) return user_not_found();
        User user = **std::move(found);
        if (Status good = check(user.version); !good) return std::move(good).error();
        if (phone && *phone != user.phone_number) {
            auto updated = deps_.users.update_phone(tx, user.id, *phone, now);
            if (!updated) return updated;
            user = *std::move(updated);
        }
        if (!hash) return user;
        auto updated =
            deps_.users.update_password(tx, user.id, before->credential_version, *hash, now);
        if (!updated) return std::move(updated).error();
        if (!updated->has_value()) return account_changed();
        user = **std::move(updated);
        if (Status revoked = deps_.tokens.revoke_others(tx, user.id, asker.family_id,
                                                        user.credential_version, now);
            !revoked)
            return std::move(revoked).error();
        return user;
    });
    if (!changed || !hash) return changed;
    deps_.messages.notify(deps_.texts.notice(Notice::password_changed, changed->email));
    deps_.log.info("password changed", {{"user_id", asker.user_id}});
    return changed;
}

Result<UserPage> AccountService::find(const std::string& search, const std::string& role,
                                      std::int64_t limit, std::int64_t offset) {
    UserFilter filter{.search = trimmed(search), .phone_search = "", .role = role};
    // In a query a plus reads as a blank, which no email address has.
    if (filter.search.find('@') != std::string::npos)
        std::replace(filter.search.begin(), filter.search.end(), ' ', '+');
    // A whole number as people write it is looked for as it is stored.
    if (const auto phone = deps_.phones.normalise(search)) filter.phone_search = *phone;
    return deps_.store.read<UserPage>(
        [&](Transaction& tx) { return deps_.users.find(tx, filter, limit, offset); });
}

Result<User> AccountService::change_rights(std::int64_t user_id, const RightsChange& change,
                                           std::int64_t by_user, const VersionCheck& check) {
    const std::int64_t now = to_millis(deps_.clock.now());
    bool any = false;
    auto changed = deps_.store.transact<User>([&](Transaction& tx) -> Result<User> {
        any = false;
        // First of all, so that two administrators who demote each other do it one after the other.
        if (Status locked = deps_.users.lock_admins(tx); !locked) return std::move(locked).error();
        auto found = deps_.users.by_id(tx, user_id);
        if (!found) return std::move(found).error();
        if (!found->has_value()) return user_not_found();
        User user = **std::move(found);
        if (Status good = check(user.version); !good) return std::move(good).error();
        const std::string role = change.role.value_or(user.role);
        const bool disabled = change.disabled.value_or(user.disabled);
        if (role == user.role && disabled == user.disabled) return user;
        any = true;

        const bool loses_admin =
            is_active_admin(user.role, user.disabled) && !is_active_admin(role, disabled);
        auto updated = deps_.users.update_rights(tx, user_id, role, disabled, now);
        if (!updated) return updated;
        if (loses_admin) {
            const auto left = deps_.users.count_admins(tx);
            if (!left) return left.error();
            if (*left == 0) return last_admin();
        }
        if (Status revoked = deps_.tokens.revoke_all(tx, user_id, now); !revoked)
            return std::move(revoked).error();
        return updated;
    });
    if (changed && any)
        deps_.log.info("rights changed", {{"user_id", user_id},
                                          {"role", changed->role},
                                          {"disabled", changed->disabled},
                                          {"by", by_user}});
    return changed;
}

Result<std::optional<Account>> IdentityService::account(Transaction& tx, std::int64_t user_id) {
    auto user = users_.by_id(tx, user_id);
    if (!user) return std::move(user).error();
    if (!user->has_value()) return std::optional<Account>();
    return std::optional<Account>(account_of(**std::move(user)));
}

Result<bool> IdentityService::is_current(Transaction& tx, const Principal& principal) {
    const auto user = users_.by_id(tx, principal.user_id);
    if (!user) return user.error();
    if (!user->has_value() || (*user)->disabled || (*user)->role != principal.role) return false;
    if (const auto family = parse_number(principal.token_id))
        return tokens_.is_alive(tx, *family, principal.user_id);
    return principal.token_id.empty() || principal.token_id == basic_token_id(**user);
}

Result<std::string> IdentityService::normalise_phone(std::string_view phone,
                                                     std::string_view country) const {
    return phones_.normalise(phone, country);
}

}  // namespace kitchen::auth
