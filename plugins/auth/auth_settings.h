// The plugin's configuration: the keys as the kernel knows them, and what they are for everybody
// else here.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "addresses/address_book.h"
#include "accounts/admin_accounts.h"
#include "kitchen/plugin_v1.h"
#include "kitchen/config.h"
#include "sign_in/password_reset_service.h"
#include "passwords/password_guard.h"
#include "keys/server_key.h"
#include "sign_up/signup_service.h"
#include "sign_in/token_service.h"

namespace kitchen::auth {

inline constexpr kitchen_config_key config_keys[] = {
    {"key", KITCHEN_CONFIG_SECRET, "", 0, nullptr,
     "Server secret, at least 32 characters; the same on every replica"},
    {"key_file", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "File with the server secret; made on the first start"},
    {"cookie_secure", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr, "Cookies only over HTTPS"},
    {"otp.ttl", KITCHEN_CONFIG_DURATION, "10m", 0, "1m..1h", "How long a mailed code is good"},
    {"otp.max_attempts", KITCHEN_CONFIG_INTEGER, "5", 0, "1..20", "Wrong codes before one is void"},
    {"otp.max_resends", KITCHEN_CONFIG_INTEGER, "5", 0, "0..20", "New codes in one sign-up"},
    {"otp.resend_interval", KITCHEN_CONFIG_DURATION, "60s", 0, "1s..1h", "Between two new codes"},
    {"token.access_ttl", KITCHEN_CONFIG_DURATION, "15m", 0, "1m..1d",
     "How long an access token is good"},
    {"token.refresh_ttl", KITCHEN_CONFIG_DURATION, "30d", 0, "1h..365d",
     "How long a refresh token is good"},
    {"basic_cache_ttl", KITCHEN_CONFIG_DURATION, "60s", 0, "0s..1h",
     "How long a right password is not hashed again; 0s: always hashed"},
    {"argon2.parallelism", KITCHEN_CONFIG_INTEGER, "0", 0, "0..256",
     "Passwords hashed at once; 0: half the cores"},
    {"argon2.queue", KITCHEN_CONFIG_INTEGER, "6", 0, "0..10000",
     "Requests that may wait for that; more are answered 503"},
    {"login.failure_burst", KITCHEN_CONFIG_INTEGER, "10", 0, "0..100000",
     "Failures for one account from one address at once; 0: no limit"},
    {"login.failure_period", KITCHEN_CONFIG_DURATION, "30s", 0, "1s..1d", "One more failure every"},
    {"login.per_address_burst", KITCHEN_CONFIG_INTEGER, "300", 0, "0..1000000",
     "Failures from one address at once, whatever the account; 0: no limit"},
    {"login.per_address_period", KITCHEN_CONFIG_DURATION, "1s", 0, "1ms..1d",
     "One more failure every"},
    {"signup.per_address_burst", KITCHEN_CONFIG_INTEGER, "300", 0, "0..1000000",
     "Sign-ups from one address at once; 0: no limit"},
    {"signup.per_address_period", KITCHEN_CONFIG_DURATION, "5s", 0, "1ms..1d", "One more every"},
    {"signup.per_email_burst", KITCHEN_CONFIG_INTEGER, "5", 0, "0..1000000",
     "Sign-ups with one email address at once; 0: no limit"},
    {"signup.per_email_period", KITCHEN_CONFIG_DURATION, "10m", 0, "1ms..1d", "One more every"},
    {"reset.per_address_burst", KITCHEN_CONFIG_INTEGER, "60", 0, "0..1000000",
     "Password resets asked for from one address at once; 0: no limit"},
    {"reset.per_address_period", KITCHEN_CONFIG_DURATION, "30s", 0, "1ms..1d", "One more every"},
    {"reset.per_email_burst", KITCHEN_CONFIG_INTEGER, "5", 0, "0..1000000",
     "Password reset mails to one email address at once; 0: no limit"},
    {"reset.per_email_period", KITCHEN_CONFIG_DURATION, "1h", 0, "1ms..30d", "One more every"},
    {"phone.region", KITCHEN_CONFIG_TEXT, "NG", 0, nullptr,
     "ISO 3166-1 alpha-2; the country of phone numbers that are written without a country code"},
    {"addresses.max", KITCHEN_CONFIG_INTEGER, "20", 0, "1..1000",
     "Most addresses in one address book"},
    {"addresses.country", KITCHEN_CONFIG_TEXT, "NG", 0, nullptr,
     "ISO 3166-1 alpha-2; of addresses that name no country"},
    {"mail.templates", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Folder with templates for all mails; empty: the built-in ones"},
    {"bootstrap_admin.email", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Administrator made at start when there is none; all three or none"},
    {"bootstrap_admin.phone", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "See bootstrap_admin.email"},
    {"bootstrap_admin.password", KITCHEN_CONFIG_SECRET, "", 0, nullptr,
     "See bootstrap_admin.email"},
};

struct Settings {
    ServerKeySource server_key;
    bool cookie_secure = true;
    SignupSettings signup;
    PasswordResetSettings reset;
    TokenLifetimes tokens;
    PasswordGuardSettings passwords;
    std::string phone_region = "NG";  ///< ISO 3166-1 alpha-2; of numbers without a country code
    AddressBookSettings addresses;
    std::string mail_templates;  ///< a folder; "": the built-in ones
    std::optional<AdminForm> bootstrap_admin;
};

/// Throws std::runtime_error or std::invalid_argument, with a sentence that names the keys, for
/// values that do not fit together.
Settings read_settings(const Config& config);

}  // namespace kitchen::auth
