// `chuks-kitchen create-admin --email E --phone P`: makes an administrator, the password from the
// terminal or standard input.
//
// Thread-safety: declare() and bind() before all use; one run at a time.
#pragma once

#include "accounts/admin_accounts.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

class CreateAdminCommand {
public:
    void declare(Setup& setup);
    /// `admins` must outlive every run.
    void bind(AdminAccounts& admins) noexcept { admins_ = &admins; }

private:
    Status run(CommandContext& context) const;

    AdminAccounts* admins_ = nullptr;
};

}  // namespace kitchen::auth
