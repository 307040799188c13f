// identity/1: facts about an account that another feature needs. Published by the plugin that owns
// accounts.
//
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/principal.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

struct Account {
    std::int64_t id = 0;
    std::string email;         ///< its owner has given a code mailed there; "": none yet
    std::string phone_number;  ///< E.164; "": none yet
    std::string role;          ///< "customer", "kitchen", "admin"
    bool disabled = false;
    bool phone_proved = false;  ///< its owner has given a code sent to the number
};

class Identity {
public:
    using Interface = Identity;
    static constexpr std::string_view interface_name = "identity/1";
    virtual ~Identity() = default;
    /// Reads within the caller's transaction. Nothing when there is no such account.
    virtual Result<std::optional<Account>> account(Transaction& tx, std::int64_t user_id) = 0;
    /// Whether a request of this principal would still be let in with the same role: for work that
    /// outlives its request. False once the account is disabled, has another role or password, or
    /// the sign-in has ended.
    virtual Result<bool> is_current(Transaction& tx, const Principal& principal) = 0;
    /// The E.164 form of a phone number as people write it ("0803 123 4567" → "+2348031234567"), by
    /// the rules of `country` (ISO 3166-1 alpha-2), or of the provider's default region when that
    /// is empty. Error: unprocessable when it cannot be one; its one fault says how to write it.
    virtual Result<std::string> normalise_phone(std::string_view phone,
                                                std::string_view country = {}) const = 0;
};

}  // namespace kitchen
