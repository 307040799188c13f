// `chuks-kitchen create-admin --email E --phone P`: makes an administrator, the password from the
// terminal or standard input.
//
// Thread-safety: declare() before all use; one run at a time.
#pragma once

#include "accounts/admin_accounts.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

class CreateAdminCommand {
public:
    /// `admins` must outlive every run.
    explicit CreateAdminCommand(AdminAccounts& admins) : admins_(admins) {}
    void declare(Setup& setup);

private:
    Status run(CommandContext& context) const;

    AdminAccounts& admins_;
};

}  // namespace kitchen::auth
