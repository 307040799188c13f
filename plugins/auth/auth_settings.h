// The plugin's configuration: the keys as the file has them, and what they mean to the services.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "auth_module.h"
#include "kitchen/settings.h"

namespace kitchen::auth {

struct OtpSettings {
    std::chrono::milliseconds ttl = std::chrono::minutes(10);
    std::int64_t max_attempts = 5;
    std::int64_t max_resends = 5;
    std::chrono::milliseconds resend_interval = std::chrono::minutes(1);
    static void describe(Fields<OtpSettings>& field);
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

struct BootstrapAdminSettings {
    std::string email, phone, password;
    static void describe(Fields<BootstrapAdminSettings>& field);
};

struct AuthSettings {
    std::string key, key_file;
    bool cookie_secure = true;
    OtpSettings otp;
    std::chrono::milliseconds access_ttl = std::chrono::minutes(15);
    std::chrono::milliseconds refresh_ttl = std::chrono::hours(24 * 30);
    std::chrono::milliseconds basic_cache_ttl = std::chrono::minutes(1);
    std::int64_t argon2_parallelism = 0, argon2_queue = 6;
    FailureSettings login;
    RequestSettings signup{300, std::chrono::seconds(5), 5, std::chrono::minutes(10)};
    RequestSettings reset{60, std::chrono::seconds(30), 5, std::chrono::hours(1)};
    std::string phone_region = "NG";
    std::int64_t addresses_max = 20;
    std::string addresses_country = "NG";
    std::string mail_templates;
    BootstrapAdminSettings bootstrap_admin;

    static void describe(Fields<AuthSettings>& field);
    static void check(const AuthSettings& settings, Problems& problems);

    AuthModuleSettings for_module() const;
};

}  // namespace kitchen::auth
