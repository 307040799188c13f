#include "accounts/create_admin_command.h"

namespace kitchen::auth {

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
