// Which passwords may be chosen: 8 to 128 characters, not one of those that everybody tries first,
// not the account's own email or phone number.
//
// Thread-safety: immutable; all calls, from any thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "kitchen/result.h"
#include "accounts/phone_numbers.h"

namespace kitchen::auth {

class PasswordRules {
public:
    static constexpr std::size_t min_length = 8, max_length = 128;  ///< Unicode code points

    /// Reads the list of common passwords that is built in (data/common_passwords.txt). `phones`
    /// must outlive this.
    explicit PasswordRules(const PhoneNumbers& phones);

    /// `email` and `phone_number` (E.164) are those of the account; either may be "".
    /// Error: unprocessable with one fault at `pointer`, code password_too_short,
    /// password_too_long, password_too_common or password_malformed.
    Status check(std::string_view password, std::string_view email, std::string_view phone_number,
                 std::string_view pointer = "/password") const;

private:
    const PhoneNumbers& phones_;
    std::unordered_set<std::string_view> common_;  ///< lower-case views of the text built in
};

}  // namespace kitchen::auth
