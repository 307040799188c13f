// One way into an account: a person whom an outside provider knows.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/time.h"

namespace kitchen::oidc_login {

struct SignIn {
    std::int64_t id = 0;
    std::int64_t user_id = 0;
    std::string issuer;
    std::string email;  ///< as the provider said when it was added; "": it did not
    Timestamp created_at;
};

struct SignInPage {
    std::vector<SignIn> items;
    std::int64_t total = 0;
};

}  // namespace kitchen::oidc_login
