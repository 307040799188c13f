// Makes an account, with a referral code of its own.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/random.h"
#include "kitchen/store.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

/// Eight characters that cannot be mistaken for each other: no I, L, O, 0, 1.
std::string make_referral_code(Random& random);

/// The form in which a code that was typed is looked up: letters in upper case.
std::string normal_referral_code(std::string_view typed);

/// In one transaction of its own. `user.referral_code` is filled in here.
/// Errors: conflict "email_taken", "phone_taken"; what the store reports.
Result<User> create_account(Store& store, const UserRepository& users, Random& random,
                            NewUser user);

}  // namespace kitchen::auth
