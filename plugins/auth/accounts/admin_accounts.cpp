#include "accounts/admin_accounts.h"

#include "accounts/account_service.h"
#include "accounts/user_body.h"
#include "kitchen/text.h"

namespace kitchen::auth {

Result<User> AdminAccounts::create(AdminForm form) {
    form.email = trimmed(form.email);
    if (!is_email(form.email))
        return invalid_field("/email", "format",
                             "This is not an email address. Write it like ada@example.com.");
    const auto phone = deps_.phones.normalise(form.phone_number);
    if (!phone) return phone.error();
    if (Status good = deps_.rules.check(form.password, form.email, *phone); !good)
        return std::move(good).error();
    const auto hash = deps_.guard.hash(form.password, "");
    if (!hash) return hash.error();

    NewUser user;
    user.email = form.email;
    user.phone_number = *phone;
    user.password_hash = *hash;
    user.role = role_admin;
    user.created_at = to_millis(deps_.clock.now());
    auto created = create_account(deps_.store, deps_.users, deps_.random, deps_.events, user);
    if (created) deps_.log.info("administrator created", {{"user_id", created->id}});
    return created;
}

Status AdminAccounts::create_first(const AdminForm& form) {
    auto there = has_admin();
    if (!there) return std::move(there).error();
    if (*there) return {};
    const auto created = create(form);
    if (created) return {};
    if (created.error().kind == Errc::conflict) {  // another replica may have been first
        there = has_admin();
        if (there && *there) return {};
    }
    return created.error();
}

Result<bool> AdminAccounts::has_admin() {
    const auto count = deps_.store.read<std::int64_t>(
        [&](Transaction& tx) { return deps_.users.count_admins(tx); });
    if (!count) return count.error();
    return *count > 0;
}

void CreateAdminCommand::declare(Setup& setup) {
    Command command;
    command.name = "create-admin";
    command.summary =
        "Make an administrator; the password is asked for, or read from standard input";
    command.options = {{"email", "email address, to sign in with", true},
                       {"phone", "phone number", true}};
    command.run = [this](CommandContext& context) { return run(context); };
    setup.add_command(std::move(command));
}

Status CreateAdminCommand::run(CommandContext& context) const {
    auto password = context.read_secret("Password");
    if (!password) return std::move(password).error();
    const auto user =
        admins_.create({context.option("email"), context.option("phone"), *std::move(password)});
    if (!user) return user.error();
    context.print("Made administrator " + std::to_string(user->id) + " (" + user->email + ").");
    return {};
}

}  // namespace kitchen::auth
