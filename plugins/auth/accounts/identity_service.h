// identity/1 as other plugins see it.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "kitchen/identity.h"
#include "accounts/phone_numbers.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

class IdentityService final : public Identity {
public:
    /// Both must outlive every further call.
    IdentityService(const UserRepository& users, const PhoneNumbers& phones)
        : users_(users), phones_(phones) {}
    Result<std::optional<Account>> account(Transaction& tx, std::int64_t user_id) override;
    Result<std::string> normalise_phone(std::string_view phone) const override;

private:
    const UserRepository& users_;
    const PhoneNumbers& phones_;
};

}  // namespace kitchen::auth
