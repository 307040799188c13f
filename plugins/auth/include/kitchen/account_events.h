// The events of accounts, for subscribers of events/1. What it does not say, identity/1 does.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <string_view>

#include "kitchen/http/body.h"
#include "kitchen/time.h"

namespace kitchen {

/// There is a new account, and it may sign in: its owner has given the mailed code, or the operator
/// has made it.
struct AccountVerified {
    static constexpr std::string_view event_name = "account.verified/1";
    std::int64_t user_id = 0;
    Timestamp at;

    static void describe(http::BodyFields<AccountVerified>& field) {
        field("user_id", &AccountVerified::user_id);
        field("at", &AccountVerified::at);
    }
};

/// A new account was made with the referral code of another: for rewards. Comes after the above.
struct AccountReferred {
    static constexpr std::string_view event_name = "account.referred/1";
    std::int64_t user_id = 0;      ///< the new one
    std::int64_t referred_by = 0;  ///< whose code it was
    Timestamp at;

    static void describe(http::BodyFields<AccountReferred>& field) {
        field("user_id", &AccountReferred::user_id);
        field("referred_by", &AccountReferred::referred_by);
        field("at", &AccountReferred::at);
    }
};

}  // namespace kitchen
