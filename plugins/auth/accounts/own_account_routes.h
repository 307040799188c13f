// POST /me/email/, /me/email/verify/, and where SMS are sent /me/phone/, /me/phone/verify/; GET
// /me/export/, DELETE /me/: another email address or number, and the end of an account.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include "accounts/contact_change_service.h"
#include "accounts/personal_data_service.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

class OwnAccountRoutes {
public:
    /// All must outlive every request. `phones` nullptr: no SMS are sent.
    OwnAccountRoutes(ContactChangeService& emails, ContactChangeService* phones,
                     PersonalDataService& personal)
        : emails_(emails), phones_(phones), personal_(personal) {}
    void declare(Setup& setup);

private:
    void declare_email(Setup& setup);
    void declare_phone(Setup& setup, ContactChangeService& phones);
    void declare_end(Setup& setup);

    ContactChangeService& emails_;
    ContactChangeService* const phones_;
    PersonalDataService& personal_;
};

/// Who asks for a change of their own account by this request.
Asker asker_of(const http::Request& request);

}  // namespace kitchen::auth
