#include "links/sign_in_service.h"

namespace kitchen::oidc_login {

Result<std::int64_t> SignInService::account_of(Transaction& tx, const OutsideIdentity& identity) {
    if (identity.email.empty() || !identity.is_email_verified)
        return Error(Errc::forbidden, "oidc_email_unverified",
                     "The provider has not verified your email address. Sign up with a password, "
                     "then add this sign-in to your account.");
    const auto known = accounts_.by_email(tx, identity.email);
    if (!known) return known.error();
    if (!*known) return accounts_.create(tx, identity.email);
    // What opens the kitchen is not for a provider alone to say.
    if ((*known)->role != "customer")
        return Error(Errc::conflict, "oidc_account_of_staff",
                     "Sign in to this account with its password, then add this sign-in to it.");
    return (*known)->id;
}

Result<IssuedTokens> SignInService::sign_in(const OutsideIdentity& identity) {
    bool is_new = false;
    const auto enter = [&](Transaction& tx) -> Result<std::int64_t> {
        const auto known = rows_.find(tx, identity);
        if (!known) return known.error();
        is_new = !*known;
        if (*known) return (*known)->user_id;
        const auto user_id = account_of(tx, identity);
        if (!user_id) return user_id;
        const auto added = rows_.add(tx, *user_id, identity, clock_.now());
        if (!added) return added.error();
        return user_id;
    };
    auto user_id = store_.transact<std::int64_t>(enter);
    // The same person on two devices, for the first time: the other one was first.
    if (!user_id &&
        (user_id.error().is_unique("sign_ins_subject") || user_id.error().code == "email_taken"))
        user_id = store_.transact<std::int64_t>(enter);
    if (!user_id) return user_id.error();
    if (is_new) log_.info("sign-in added", {{"user_id", *user_id}, {"issuer", identity.issuer}});
    return accounts_.sign_in(*user_id);
}

Status SignInService::confirm(std::int64_t user_id, std::string_view password,
                              std::string_view client_address) {
    const auto right = accounts_.confirm(user_id, password, client_address);
    if (!right) return right.error();
    if (!*right)
        return invalid_field("/password", "wrong_password", "This is not the current password.");
    return {};
}

Result<SignIn> SignInService::link(std::int64_t user_id, const OutsideIdentity& identity) {
    bool is_new = false;
    auto linked = store_.transact<SignIn>([&](Transaction& tx) -> Result<SignIn> {
        const auto known = rows_.find(tx, identity);
        if (!known) return known.error();
        is_new = !*known;
        if (is_new) return rows_.add(tx, user_id, identity, clock_.now());
        if ((*known)->user_id != user_id)
            return Error(Errc::conflict, "oidc_linked_elsewhere",
                         "This sign-in opens another account. Remove it there first.");
        return **known;
    });
    if (linked && is_new)
        log_.info("sign-in added", {{"user_id", user_id}, {"issuer", identity.issuer}});
    return linked;
}

Result<SignInPage> SignInService::list(std::int64_t user_id, std::int64_t limit,
                                       std::int64_t offset) {
    return store_.read<SignInPage>(
        [&](Transaction& tx) { return rows_.list(tx, user_id, limit, offset); });
}

Status SignInService::unlink(std::int64_t user_id, std::int64_t id) {
    const Status removed = store_.transact([&](Transaction& tx) -> Status {
        const auto there = rows_.remove(tx, user_id, id);
        if (!there) return there.error();
        if (!*there)
            return Error(Errc::not_found, "sign_in_not_found", "You have no sign-in with this id.");
        const auto left = rows_.list(tx, user_id, 1, 0);
        if (!left) return left.error();
        if (left->total > 0) return {};
        const auto has_password = accounts_.has_password(tx, user_id);
        if (!has_password) return has_password.error();
        if (*has_password) return {};
        return Error(Errc::conflict, "last_sign_in",
                     "This is the only way into your account. Set a password first: POST "
                     "/password/forgot/.");
    });
    if (removed) log_.info("sign-in removed", {{"user_id", user_id}});
    return removed;
}

}  // namespace kitchen::oidc_login
