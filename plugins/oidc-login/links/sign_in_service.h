// Which account a person may enter whom an outside provider knows. An account is found or made by
// an email address that the provider has verified, as ours are; the person it knows is what counts
// from then on.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "kitchen/accounts.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/store.h"
#include "links/sign_in.h"
#include "links/sign_in_repository.h"
#include "provider/provider.h"

namespace kitchen::oidc_login {

class SignInService {
public:
    /// All must outlive this.
    SignInService(Store& store, Accounts& accounts, const Clock& clock, Logger& log)
        : store_(store), accounts_(accounts), clock_(clock), log_(log), rows_(store) {}

    /// Tokens for the account of that person, which is made when there is none. Errors: forbidden
    /// "oidc_email_unverified" when there is nothing to find an account by; conflict
    /// "oidc_account_of_staff" when that address is of an account with more rights than a
    /// customer's, which its owner must link; unauthenticated for a disabled account.
    Result<IssuedTokens> sign_in(const OutsideIdentity& identity);
    /// Whether it is the owner of the account who asks, and not only a holder of a token: see
    /// Accounts::confirm(). Error: unprocessable "wrong_password".
    Status confirm(std::int64_t user_id, std::string_view password,
                   std::string_view client_address);
    /// Lets that person enter the account of a user who has signed in. Error: conflict
    /// "oidc_linked_elsewhere".
    Result<SignIn> link(std::int64_t user_id, const OutsideIdentity& identity);
    Result<SignInPage> list(std::int64_t user_id, std::int64_t limit, std::int64_t offset);
    /// Errors: not_found "sign_in_not_found"; conflict "last_sign_in" when no way in would be left.
    Status unlink(std::int64_t user_id, std::int64_t id);

private:
    /// Of an account that is there already, or made now.
    Result<std::int64_t> account_of(Transaction& tx, const OutsideIdentity& identity);

    Store& store_;
    Accounts& accounts_;
    const Clock& clock_;
    Logger& log_;
    const SignInRepository rows_;
};

}  // namespace kitchen::oidc_login
