#include "auth_settings.h"

#include "accounts/phone_numbers.h"
#include "addresses/address_rules.h"
#include "codes/message_texts.h"
#include "keys/server_key.h"
#include "kitchen/http/schema.h"
#include "kitchen/text.h"
#include "passwords/password_rules.h"

namespace kitchen::auth {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours day(24);

/// A cache counts no rate whose burst takes longer than this to come back; every tick would then
/// fail.
constexpr milliseconds longest_burst = 3650 * day;

void check_limit(const std::int64_t& burst, milliseconds period, const std::string& period_key,
                 Problems& problems) {
    if (period.count() > 0 && burst > longest_burst / period)
        problems.at(burst,
                    "times " + period_key + " is more than ten years; make one of them smaller");
}

constexpr const char* not_a_country =
    "must be a country's code in ISO 3166-1 alpha-2, in capitals, like NG";

}  // namespace

void OtpSettings::describe(Fields<OtpSettings>& field) {
    field("ttl", &OtpSettings::ttl, "How long a code is good").between(minutes(1), hours(1));
    field("max_attempts", &OtpSettings::max_attempts, "Wrong codes before one is void")
        .between(1, 20);
    field("max_resends", &OtpSettings::max_resends, "New codes in one sign-up").between(0, 20);
    field("resend_interval", &OtpSettings::resend_interval, "Between two new codes")
        .between(seconds(1), hours(1));
}

void TokenLifetimes::describe(Fields<TokenLifetimes>& field) {
    field("access_ttl", &TokenLifetimes::access, "How long an access token is good")
        .between(minutes(1), day);
    field("refresh_ttl", &TokenLifetimes::refresh,
          "How long a refresh token is good; not shorter than the above")
        .between(hours(1), 365 * day);
}

void Argon2Cost::describe(Fields<Argon2Cost>& field) {
    field("memory", &Argon2Cost::memory, "That one hash takes; less than 19 MiB is for tests alone")
        .between(kibibytes(8), gibibytes(1));
    field("passes", &Argon2Cost::passes, "Over that memory").between(1, 20);
}

void FailureSettings::describe(Fields<FailureSettings>& field) {
    field("failure_burst", &FailureSettings::failure_burst,
          "Failures for one account from one address at once; 0: no limit")
        .between(0, 100'000);
    field("failure_period", &FailureSettings::failure_period, "One more failure every")
        .between(seconds(1), day);
    field("per_address_burst", &FailureSettings::per_address_burst,
          "Failures from one address at once, whatever the account, unreadable headers included; "
          "0: no limit")
        .between(0, 1'000'000);
    field("per_address_period", &FailureSettings::per_address_period, "One more failure every")
        .between(milliseconds(1), day);
}

void RequestSettings::describe(Fields<RequestSettings>& field) {
    field("per_address_burst", &RequestSettings::per_address_burst,
          "Requests from one address at once; whole towns share one behind a mobile network; 0: no "
          "limit")
        .between(0, 1'000'000);
    field("per_address_period", &RequestSettings::per_address_period, "One more every")
        .between(milliseconds(1), day);
    field("per_email_burst", &RequestSettings::per_email_burst,
          "Requests for one email address or phone number at once; 0: no limit")
        .between(0, 1'000'000);
    field("per_email_period", &RequestSettings::per_email_period, "One more every")
        .between(milliseconds(1), 30 * day);
}

void AddressBookSettings::describe(Fields<AddressBookSettings>& field) {
    field("max", &AddressBookSettings::max, "Most addresses in one address book").between(1, 1000);
    field("country", &AddressBookSettings::country,
          "ISO 3166-1 alpha-2; of addresses that name no country");
}

void BootstrapAdminSettings::describe(Fields<BootstrapAdminSettings>& field) {
    field("email", &BootstrapAdminSettings::email,
          "Administrator made at start when there is none; all three or none");
    field("phone", &BootstrapAdminSettings::phone, "See bootstrap_admin.email");
    field("password", &BootstrapAdminSettings::password, "See bootstrap_admin.email").secret();
}

void AuthSettings::describe(Fields<AuthSettings>& field) {
    field("key", &AuthSettings::key,
          "Server secret, at least 32 characters; the same on every replica")
        .secret();
    field("key_file", &AuthSettings::key_file,
          "File with the server secret, made on the first start with mode 0600; with neither, a "
          "key that ends with the process");
    field("cookie_secure", &AuthSettings::cookie_secure, "Cookies only over HTTPS");
    field.group("otp", &AuthSettings::otp);
    field.group("token", &AuthSettings::tokens);
    field("basic_cache_ttl", &AuthSettings::basic_cache_ttl,
          "How long a right password is not hashed again; 0s: always hashed")
        .between(seconds(0), hours(1));
    field("argon2.parallelism", &AuthSettings::argon2_parallelism,
          "Passwords hashed at once, argon2.memory each; 0: half the cores")
        .between(0, 256);
    field.group("argon2", &AuthSettings::argon2_cost);
    field("argon2.queue", &AuthSettings::argon2_queue,
          "Requests that may wait for that, and so many for another's hash of the same credential; "
          "more are answered 503")
        .between(0, 200);
    field.group("login", &AuthSettings::login);
    field.group("signup", &AuthSettings::signup);
    field.group("reset", &AuthSettings::reset);
    field("phone.region", &AuthSettings::phone_region,
          "ISO 3166-1 alpha-2; the country of phone numbers that are written without a country "
          "code");
    field.group("addresses", &AuthSettings::addresses);
    field("mail.templates", &AuthSettings::mail_templates,
          "Folder with templates for all mails; empty: the built-in ones");
    field.group("bootstrap_admin", &AuthSettings::bootstrap_admin);
}

namespace {

/// By the rules of a sign-up. What is empty has been told.
void check_admin(const BootstrapAdminSettings& admin, const std::string& region,
                 Problems& problems) {
    const PhoneNumbers phones(region);
    const auto say = [&](const std::string& value, const auto& done) {
        if (value.empty() || done) return;
        const auto& faults = done.error().faults;
        problems.at(value, faults.empty() ? done.error().detail : faults.front().detail);
    };
    std::vector<Fault> faults;
    http::Schema::string()
        .format(http::Format::email)
        .max(254)
        .validate(Json(trimmed(admin.email)), "", faults);
    if (!admin.email.empty() && !faults.empty())
        problems.at(admin.email, "is no email address; write it like ada@example.com");
    const auto phone = phones.normalise(admin.phone);
    say(admin.phone, phone);
    say(admin.password,
        PasswordRules(phones).check(admin.password, admin.email, phone ? *phone : std::string()));
}

}  // namespace

void AuthSettings::check(const AuthSettings& settings, Problems& problems) {
    if (!settings.key.empty() && !settings.key_file.empty())
        problems.at(settings.key_file, "key and key_file are both set; keep one of them");
    if (!settings.key.empty() && settings.key.size() < ServerKeySource::min_length)
        problems.at(settings.key,
                    "has fewer than 32 characters; make one with: openssl rand -hex 32");
    if (settings.tokens.refresh < settings.tokens.access)
        problems.at(settings.tokens.refresh, "is shorter than token.access_ttl; make it longer");
    const FailureSettings& login = settings.login;
    check_limit(login.failure_burst, login.failure_period, "login.failure_period", problems);
    check_limit(login.per_address_burst, login.per_address_period, "login.per_address_period",
                problems);
    for (const auto& [name, limits] :
         {std::pair("signup", &settings.signup), std::pair("reset", &settings.reset)}) {
        check_limit(limits->per_address_burst, limits->per_address_period,
                    std::string(name) + ".per_address_period", problems);
        check_limit(limits->per_email_burst, limits->per_email_period,
                    std::string(name) + ".per_email_period", problems);
    }
    if (!PhoneNumbers::has_plan(settings.phone_region))
        problems.at(settings.phone_region, not_a_country);
    if (!is_country_code(settings.addresses.country))
        problems.at(settings.addresses.country, not_a_country);
    const BootstrapAdminSettings& admin = settings.bootstrap_admin;
    const bool none = admin.email.empty() && admin.phone.empty() && admin.password.empty();
    for (const std::string* value : {&admin.email, &admin.phone, &admin.password})
        if (!none && value->empty())
            problems.at(*value, "is empty: set email, phone and password, or none of them");
    if (!none && PhoneNumbers::has_plan(settings.phone_region))
        check_admin(admin, settings.phone_region, problems);
    check_templates(settings.mail_templates, problems,
                    [&] { MessageTexts(settings.mail_templates); });
}

}  // namespace kitchen::auth
