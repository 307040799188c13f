// An account, as the rest of the plugin handles it.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen::auth {

inline constexpr std::string_view role_customer = "customer";
inline constexpr std::string_view role_kitchen = "kitchen";
inline constexpr std::string_view role_admin = "admin";

struct User {
    std::int64_t id = 0;
    std::string email;          ///< as typed
    std::string phone_number;   ///< E.164
    std::string password_hash;  ///< PHC string; never leaves the plugin
    std::string role;
    bool disabled = false;
    std::string referral_code;            ///< their own, to give away
    std::int64_t credential_version = 1;  ///< see migrations/0001_accounts.sql
    std::int64_t version = 1;             ///< grows with every change that the public form shows
    std::int64_t created_at = 0, updated_at = 0;  ///< POSIX milliseconds
};

struct NewUser {
    std::string email;
    std::string phone_number;
    std::string password_hash;
    std::string role;
    std::string referral_code;
    std::string referred_by_code;  ///< another user's referral code; "" for none, and none when
                                   ///< no user has it (any more)
    std::int64_t created_at = 0;
};

}  // namespace kitchen::auth
