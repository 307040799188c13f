// identity/1 as other plugins see it. Exists from configure() on; may be used from start() on.
//
// Thread-safety: bind() before all use; then all calls, from any thread.
#pragma once

#include "kitchen/identity.h"
#include "accounts/phone_numbers.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

class IdentityService final : public Identity {
public:
    /// Both must outlive every further call.
    void bind(const UserRepository& users, const PhoneNumbers& phones) noexcept {
        users_ = &users;
        phones_ = &phones;
    }
    Result<std::optional<Account>> account(Transaction& tx, std::int64_t user_id) override;
    Result<std::string> normalise_phone(std::string_view phone) const override;

private:
    const UserRepository* users_ = nullptr;
    const PhoneNumbers* phones_ = nullptr;
};

}  // namespace kitchen::auth
