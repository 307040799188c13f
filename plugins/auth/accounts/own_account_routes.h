// POST /me/email/ and /me/email/verify/, GET /me/export/, DELETE /me/: another email address, and
// the end of an account.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include "accounts/email_change_service.h"
#include "accounts/personal_data_service.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

class OwnAccountRoutes {
public:
    /// Both must outlive every request.
    OwnAccountRoutes(EmailChangeService& emails, PersonalDataService& personal)
        : emails_(emails), personal_(personal) {}
    void declare(Setup& setup);

private:
    void declare_email(Setup& setup);
    void declare_end(Setup& setup);

    EmailChangeService& emails_;
    PersonalDataService& personal_;
};

/// Who asks for a change of their own account by this request.
Asker asker_of(const http::Request& request);

}  // namespace kitchen::auth
