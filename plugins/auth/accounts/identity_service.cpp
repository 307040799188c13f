#include "accounts/identity_service.h"

namespace kitchen::auth {

Result<std::optional<Account>> IdentityService::account(Transaction& tx, std::int64_t user_id) {
    auto user = users_.by_id(tx, user_id);
    if (!user) return std::move(user).error();
    if (!user->has_value()) return std::optional<Account>();
    User& found = **user;
    return std::optional<Account>(Account{.id = found.id,
                                          .email = std::move(found.email),
                                          .phone_number = std::move(found.phone_number),
                                          .role = std::move(found.role),
                                          .disabled = found.disabled});
}

Result<std::string> IdentityService::normalise_phone(std::string_view phone) const {
    return phones_.normalise(phone);
}

}  // namespace kitchen::auth
