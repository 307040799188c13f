// accounts/1 as other plugins see it.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "accounts/user_repository.h"
#include "kitchen/accounts.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/random.h"
#include "passwords/password_guard.h"
#include "sign_in/token_service.h"

namespace kitchen::auth {

class OutsideSignIn final : public Accounts {
public:
    struct Dependencies {  ///< all must outlive every further call
        Store& store;
        const UserRepository& users;
        PasswordGuard& guard;
        TokenService& tokens;
        Random& random;
        const Clock& clock;
        Events* events;
    };
    explicit OutsideSignIn(Dependencies dependencies) : deps_(dependencies) {}

    Result<std::optional<Account>> by_email(Transaction& tx, std::string_view email) override;
    Result<std::int64_t> create(Transaction& tx, std::string_view email) override;
    Result<bool> has_password(Transaction& tx, std::int64_t user_id) override;
    Result<bool> confirm(std::int64_t user_id, std::string_view password,
                         std::string_view client_address) override;
    Result<IssuedTokens> sign_in(std::int64_t user_id) override;

private:
    const Dependencies deps_;
};

}  // namespace kitchen::auth
