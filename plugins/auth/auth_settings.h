// The plugin's configuration: the keys as the file has them. Each service takes its part.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "kitchen/settings.h"
#include "passwords/password_hasher.h"

namespace kitchen::auth {

struct OtpSettings {
    std::chrono::milliseconds ttl = std::chrono::minutes(10);
    std::int64_t max_attempts = 5;
    std::int64_t max_resends = 5;
    std::chrono::milliseconds resend_interval = std::chrono::minutes(1);
    static void describe(Fields<OtpSettings>& field);
};

struct TokenLifetimes {
    std::chrono::milliseconds access = std::chrono::minutes(15);
    std::chrono::milliseconds refresh = std::chrono::hours(24 * 30);
    static void describe(Fields<TokenLifetimes>& field);
};

struct FailureSettings {
    std::int64_t failure_burst = 10;
    std::chrono::milliseconds failure_period = std::chrono::seconds(30);
    std::int64_t per_address_burst = 300;
    std::chrono::milliseconds per_address_period = std::chrono::seconds(1);
    static void describe(Fields<FailureSettings>& field);
};

/// Of requests that send a mail.
struct RequestSettings {
    std::int64_t per_address_burst;
    std::chrono::milliseconds per_address_period;
    std::int64_t per_email_burst;
    std::chrono::milliseconds per_email_period;
    static void describe(Fields<RequestSettings>& field);
};

struct AddressBookSettings {
    std::int64_t max = 20;       ///< addresses of one account
    std::string country = "NG";  ///< of an address that names none
    static void describe(Fields<AddressBookSettings>& field);
};

struct BootstrapAdminSettings {
    std::string email, phone, password;
    static void describe(Fields<BootstrapAdminSettings>& field);
};

struct AuthSettings {
    std::string key;
    std::filesystem::path key_file;
    bool cookie_secure = true;
    OtpSettings otp;
    TokenLifetimes tokens;
    std::chrono::milliseconds basic_cache_ttl = std::chrono::minutes(1);
    std::size_t argon2_parallelism = 0;  ///< hashes at once; 0: half the cores
    std::size_t argon2_queue = 100;      ///< that wait for those, or for another's outcome
    Argon2Cost argon2_cost;
    FailureSettings login;
    RequestSettings signup{300, std::chrono::seconds(5), 5, std::chrono::minutes(10)};
    RequestSettings reset{60, std::chrono::seconds(30), 5, std::chrono::hours(1)};
    std::string phone_region = "NG";
    AddressBookSettings addresses;
    std::filesystem::path mail_templates;
    BootstrapAdminSettings bootstrap_admin;

    static void describe(Fields<AuthSettings>& field);
    static void check(const AuthSettings& settings, Problems& problems);
};

}  // namespace kitchen::auth
