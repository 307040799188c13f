#include "sign_in/outside_sign_in.h"

#include "accounts/account_service.h"
#include "accounts/user_body.h"

namespace kitchen::auth {

Result<std::optional<Account>> OutsideSignIn::by_email(Transaction& tx, std::string_view email) {
    auto user = deps_.users.by_email(tx, email);
    if (!user) return std::move(user).error();
    if (!user->has_value()) return std::optional<Account>();
    return std::optional<Account>(account_of(**std::move(user)));
}

Result<std::int64_t> OutsideSignIn::create(Transaction& tx, std::string_view email) {
    if (!is_email(std::string(email)))
        return Error(Errc::unprocessable, "email_invalid", "This is not an email address.");
    NewUser user;
    user.email = email;
    user.role = role_customer;
    user.created_at = to_millis(deps_.clock.now());
    const auto made = add_account(tx, deps_.users, deps_.random, deps_.events, std::move(user));
    if (!made) return made.error();
    return made->id;
}

Result<bool> OutsideSignIn::has_password(Transaction& tx, std::int64_t user_id) {
    const auto user = deps_.users.by_id(tx, user_id);
    if (!user) return user.error();
    return user->has_value() && !(*user)->password_hash.empty();
}

Result<bool> OutsideSignIn::confirm(std::int64_t user_id, std::string_view password,
                                    std::string_view client_address) {
    const auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_id(tx, user_id); });
    if (!user) return user.error();
    if (!user->has_value()) return invalid_credentials();
    if ((*user)->password_hash.empty()) return true;
    return deps_.guard.confirm(**user, password, client_address);
}

Result<IssuedTokens> OutsideSignIn::sign_in(std::int64_t user_id) {
    const auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_id(tx, user_id); });
    if (!user) return user.error();
    if (!user->has_value() || (*user)->disabled) return invalid_credentials();
    return deps_.tokens.issue(**user);
}

}  // namespace kitchen::auth
