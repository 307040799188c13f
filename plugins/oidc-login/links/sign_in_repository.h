// All SQL on the table `sign_ins`. Every call works inside the caller's transaction. Errors: what
// the store reports.
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kitchen/store.h"
#include "links/sign_in.h"
#include "provider/provider.h"

namespace kitchen::oidc_login {

class SignInRepository {
public:
    explicit SignInRepository(Store& store);

    Result<std::optional<SignIn>> find(Transaction& tx, const OutsideIdentity& identity) const;
    /// Error beyond those: unique "sign_ins_subject".
    Result<SignIn> add(Transaction& tx, std::int64_t user_id, const OutsideIdentity& identity,
                       Timestamp now) const;
    /// A user's, ordered by id.
    Result<SignInPage> list(Transaction& tx, std::int64_t user_id, std::int64_t limit,
                            std::int64_t offset) const;
    /// False when the user has none of that id.
    Result<bool> remove(Transaction& tx, std::int64_t user_id, std::int64_t id) const;

private:
    Statement find_, add_, list_, count_, remove_;
};

}  // namespace kitchen::oidc_login
