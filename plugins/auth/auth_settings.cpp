#include "auth_settings.h"

#include <stdexcept>

#include "accounts/phone_numbers.h"
#include "addresses/country_codes.h"

namespace kitchen::auth {
namespace {

std::optional<AdminForm> bootstrap_admin(const Config& config) {
    AdminForm form{config.text("bootstrap_admin.email"), config.text("bootstrap_admin.phone"),
                   config.text("bootstrap_admin.password")};
    const bool all = !form.email.empty() && !form.phone_number.empty() && !form.password.empty();
    const bool none = form.email.empty() && form.phone_number.empty() && form.password.empty();
    if (none) return std::nullopt;
    if (!all)
        throw std::runtime_error("bootstrap_admin: set email, phone and password, or none of them");
    return form;
}

/// A cache counts no rate whose burst takes longer than this to come back; every tick would then
/// fail.
constexpr std::chrono::milliseconds longest_burst = std::chrono::hours(24 * 3650);

Limit limit(const Config& config, const std::string& prefix) {
    const Limit limit{config.integer(prefix + "_burst"), config.duration(prefix + "_period")};
    if (limit.burst > longest_burst / limit.period)
        throw std::runtime_error(prefix + "_burst times " + prefix +
                                 "_period is more than ten years; make one of them smaller");
    return limit;
}

}  // namespace

Settings read_settings(const Config& config) {
    Settings settings;
    settings.server_key = {config.text("key"), config.text("key_file")};
    check_server_key(settings.server_key);
    settings.cookie_secure = config.boolean("cookie_secure");

    settings.signup.ttl = config.duration("otp.ttl");
    settings.signup.max_attempts = config.integer("otp.max_attempts");
    settings.signup.max_resends = config.integer("otp.max_resends");
    settings.signup.resend_interval = config.duration("otp.resend_interval");
    settings.signup.per_address = limit(config, "signup.per_address");
    settings.signup.per_email = limit(config, "signup.per_email");
    settings.reset.ttl = config.duration("otp.ttl");
    settings.reset.max_attempts = config.integer("otp.max_attempts");
    settings.reset.per_address = limit(config, "reset.per_address");
    settings.reset.per_email = limit(config, "reset.per_email");

    settings.tokens.access = config.duration("token.access_ttl");
    settings.tokens.refresh = config.duration("token.refresh_ttl");
    if (settings.tokens.refresh < settings.tokens.access)
        throw std::runtime_error(
            "token.refresh_ttl is shorter than token.access_ttl; make it longer");
    settings.passwords.remembered_for = config.duration("basic_cache_ttl");
    settings.passwords.parallelism = static_cast<std::size_t>(config.integer("argon2.parallelism"));
    settings.passwords.queue = static_cast<std::size_t>(config.integer("argon2.queue"));
    settings.passwords.failures_of_account = limit(config, "login.failure");
    settings.passwords.failures_of_client = limit(config, "login.per_address");

    settings.phone_region = config.text("phone.region");
    (void)PhoneNumbers(settings.phone_region);  // refuses what is no country
    settings.addresses = {.max = config.integer("addresses.max"),
                          .country = config.text("addresses.country")};
    if (!is_country_code(settings.addresses.country))
        throw std::runtime_error(
            "addresses.country must be a country's code in ISO 3166-1 alpha-2, like NG");
    settings.mail_templates = config.text("mail.templates");
    settings.bootstrap_admin = bootstrap_admin(config);
    return settings;
}

}  // namespace kitchen::auth
