#include "sign_in/password_reset_service.h"

#include <optional>

#include "kitchen/ip.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

Error no_reset() {
    return Error(
        Errc::not_found, "password_reset_not_found",
        "No password reset is waiting for this address, or it has expired. Ask for a new code.");
}

std::string entry_of(std::string_view subject) { return "auth:reset:" + std::string(subject); }

}  // namespace

PasswordResetService::PasswordResetService(Dependencies dependencies, const ServerKey& key,
                                           const OtpSettings& settings,
                                           const RequestSettings& requests)
    : deps_(dependencies),
      email_key_(key, "reset email"),
      codes_(PurposeKey(key, "reset code"), deps_.random),
      settings_(settings),
      per_address_(deps_.cache, {requests.per_address_burst, requests.per_address_period},
                   "reset-address", "too_many_resets",
                   "Too many password resets from your address. Wait a little, then try again."),
      per_email_(deps_.cache, {requests.per_email_burst, requests.per_email_period}, "reset-email",
                 "too_many_resets",
                 "Too many password resets for this email address. Try again later.") {}

std::string PasswordResetService::subject_of(std::string_view email) const {
    return email_key_.mac({ascii_lower(email)});
}

Status PasswordResetService::forgot(const std::string& email, std::string_view client_address) {
    if (Status open = per_address_.tick(client_network(client_address)); !open) return open;
    if (!deps_.jobs.post("auth-password-reset", [this, email] { prepare(email); }))
        return Error(Errc::unavailable, "mail_queue_full",
                     "No mail can be sent at this moment. Try again in a few seconds.")
            .retry_in(std::chrono::seconds(5));
    return {};
}

void PasswordResetService::prepare(const std::string& email) {
    const std::string subject = subject_of(email);
    if (const Status open = per_email_.tick(subject); !open) {
        if (open.error().kind == Errc::too_many_requests)
            deps_.log.info("a password reset was not mailed: too many for one address");
        else
            deps_.log.error("a password reset could not be prepared",
                            {{"code", open.error().code}});
        return;
    }
    auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_email(tx, email); });
    if (!user) {
        deps_.log.error("a password reset could not be prepared", {{"code", user.error().code}});
        return;
    }
    const bool known = user->has_value() && !(*user)->disabled;
    const std::string code = codes_.make();
    // An unknown address gets an entry that no code matches, so that reset() says the same for
    // it.
    const CacheFields fields = {
        {std::string(OneTimeCodes::field),
         codes_.mac(subject, known ? code : deps_.random.hex(32))},
        {"user_id", known ? std::to_string((*user)->id) : "0"},
        {"credential_version", known ? std::to_string((*user)->credential_version) : "0"}};
    if (Status kept = deps_.cache.set_fields(entry_of(subject), fields, settings_.ttl); !kept) {
        deps_.log.error("a password reset could not be prepared", {{"code", kept.error().code}});
        return;
    }
    if (known)
        deps_.mails.send(deps_.texts.password_reset((*user)->email, code, settings_.ttl),
                         settings_.ttl);
}

Status PasswordResetService::reset(std::string_view email, std::string_view code,
                                   std::string_view password, std::string_view client_address) {
    if (Status good = deps_.rules.check(password, email, ""); !good) return good;
    const std::string subject = subject_of(email);
    const auto fields = codes_.check(deps_.cache, entry_of(subject), subject, code,
                                     settings_.max_attempts, no_reset());
    if (!fields) return fields.error();
    const std::int64_t user_id = parse_number(field_of(*fields, "user_id")).value_or(0);
    const std::int64_t credential_version =
        parse_number(field_of(*fields, "credential_version")).value_or(0);

    auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_id(tx, user_id); });
    if (!user) return std::move(user).error();
    if (!user->has_value()) return no_reset();
    if (Status good = deps_.rules.check(password, email, (*user)->phone_number); !good) return good;
    const auto hash = deps_.guard.hash(password, client_address);
    if (!hash) return hash.error();

    const std::int64_t now = to_millis(deps_.clock.now());
    const Status changed = deps_.store.transact([&](Transaction& tx) -> Status {
        // The version makes the code good once, and void when the account was disabled or its
        // password changed meanwhile.
        const auto updated =
            deps_.users.update_password(tx, user_id, credential_version, *hash, now);
        if (!updated) return updated.error();
        if (!updated->has_value()) return no_reset();
        return deps_.tokens.revoke_all(tx, user_id, 0, now);
    });
    if (!changed) return changed;
    if (const auto erased = deps_.cache.erase(entry_of(subject)); !erased)
        deps_.log.warn("a finished password reset could not be erased; it will expire",
                       {{"code", erased.error().code}});
    deps_.log.info("password reset", {{"user_id", user_id}});
    return {};
}

}  // namespace kitchen::auth
