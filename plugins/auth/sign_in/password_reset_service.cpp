#include "sign_in/password_reset_service.h"

#include <optional>

#include "kitchen/ip.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

Error no_reset() {
    return Error(Errc::not_found, "password_reset_not_found",
                 "No password reset is waiting here, or it has expired. Ask for a new code.");
}

constexpr std::string_view seed_field = "seed", user_field = "user_id",
                           version_field = "credential_version";

std::string entry_of(std::string_view subject) { return "auth:reset:" + std::string(subject); }

}  // namespace

PasswordResetService::PasswordResetService(Dependencies dependencies, const ServerKey& key,
                                           const OtpSettings& settings,
                                           const RequestSettings& requests)
    : deps_(dependencies),
      contact_key_(key, "reset email"),
      network_key_(key, "reset network"),
      codes_(PurposeKey(key, "reset code"), deps_.random),
      settings_(settings),
      per_address_(deps_.cache, {requests.per_address_burst, requests.per_address_period},
                   "reset-address", "too_many_resets",
                   "Too many password resets from your address. Wait a little, then try again."),
      per_contact_(deps_.cache, {requests.per_email_burst, requests.per_email_period},
                   "reset-email", "too_many_resets",
                   "Too many password resets for this email address or number. Try again later.") {}

std::string PasswordResetService::subject_of(const Contact& contact) const {
    return contact_key_.mac({contact.key()});
}

std::string PasswordResetService::tries_of(std::string_view client_network) const {
    return "tries:" + network_key_.mac({client_network}).substr(0, 16);
}

Status PasswordResetService::forgot(const Contact& contact, std::string_view client_address) {
    const std::string network = client_network(client_address);
    if (Status open = per_address_.tick(network); !open) return open;
    if (!deps_.jobs.post("auth-password-reset",
                         [this, contact, network] { prepare(contact, network); }))
        return message_queue_full(contact.channel);
    return {};
}

void PasswordResetService::prepare(const Contact& contact, const std::string& client_network) {
    const std::string subject = subject_of(contact);
    if (const Status open = per_contact_.tick(subject); !open) {
        if (open.error().kind == Errc::too_many_requests)
            deps_.log.info("a password reset was not sent: too many for one contact");
        else
            deps_.log.error("a password reset could not be prepared",
                            {{"code", open.error().code}});
        return;
    }
    auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_contact(tx, contact); });
    if (!user) {
        deps_.log.error("a password reset could not be prepared", {{"code", user.error().code}});
        return;
    }
    if (user->has_value() && (*user)->disabled) user->reset();
    const auto code = code_for(subject, *user, tries_of(client_network));
    if (!code) {
        deps_.log.error("a password reset could not be prepared", {{"code", code.error().code}});
        return;
    }
    if (!user->has_value()) return;
    const auto& [text, valid_for] = *code;
    const Contact to{contact.channel,
                     contact.channel == Channel::email ? (*user)->email : (*user)->phone_number};
    if (!deps_.messages.post(deps_.texts.password_reset(to, text, valid_for), valid_for))
        deps_.log.error("a code for a new password was not sent: too many messages wait");
}

Result<std::pair<std::string, std::chrono::milliseconds>> PasswordResetService::code_for(
    const std::string& subject, const std::optional<User>& user, const std::string& tries) {
    const std::string entry = entry_of(subject);
    const std::string user_id = std::to_string(user ? user->id : 0);
    const std::string version = std::to_string(user ? user->credential_version : 0);
    const auto waiting = deps_.cache.get_fields(entry);
    if (!waiting) return waiting.error();
    const auto left = deps_.cache.ttl(entry);
    if (!left) return left.error();
    if (*waiting && *left && **left > settings_.ttl / 2 &&
        field_of(**waiting, user_field) == user_id &&
        field_of(**waiting, version_field) == version) {
        const auto renewed = deps_.cache.update_fields(entry, {{tries, "0"}});
        if (!renewed) return renewed.error();
        if (*renewed)
            return std::pair(codes_.of_seed(subject, field_of(**waiting, seed_field)), **left);
    }
    const std::string seed = deps_.random.hex(32);
    if (Status kept = deps_.cache.set_fields(entry,
                                             {{std::string(seed_field), seed},
                                              {std::string(user_field), user_id},
                                              {std::string(version_field), version},
                                              {tries, "0"}},
                                             settings_.ttl);
        !kept)
        return std::move(kept).error();
    return std::pair(codes_.of_seed(subject, seed), settings_.ttl);
}

Status PasswordResetService::check_code(const Pending& pending, std::string_view code,
                                        std::string_view client_address) {
    std::string tries = tries_of(client_network(client_address));
    if (field_of(pending.fields, tries).empty()) tries = "tries";
    const auto tried = deps_.cache.increment_field(pending.entry, tries, settings_.max_attempts);
    if (!tried) return tried.error();
    if (!tried->has_value()) return no_reset();
    // Hashed, so that the time of the comparison says nothing. No code opens the reset of an
    // address without account, and the work is the same.
    const std::string right = codes_.of_seed(pending.subject, field_of(pending.fields, seed_field));
    const bool is_known = field_of(pending.fields, user_field) != "0";
    if (codes_.mac(pending.subject, code) != codes_.mac(pending.subject, right) || !is_known)
        return wrong_code(settings_.max_attempts - **tried);
    // A right code is no wrong try, however often it takes until the store is back.
    const auto given_back =
        deps_.cache.update_fields(pending.entry, {{tries, std::to_string(**tried - 1)}});
    if (!given_back) return given_back.error();
    return {};
}

Status PasswordResetService::reset(const Contact& contact, std::string_view code,
                                   std::string_view password, std::string_view client_address) {
    const std::string email = contact.channel == Channel::email ? contact.address : "";
    if (Status good = deps_.rules.check(password, email, ""); !good) return good;
    const std::string subject = subject_of(contact);
    Pending pending{entry_of(subject), subject, {}};
    auto waiting = deps_.cache.get_fields(pending.entry);
    if (!waiting) return std::move(waiting).error();
    if (!waiting->has_value()) return no_reset();
    pending.fields = **std::move(waiting);
    if (Status right = check_code(pending, code, client_address); !right) return right;
    const std::int64_t user_id = parse_number(field_of(pending.fields, user_field)).value_or(0);
    const std::int64_t credential_version =
        parse_number(field_of(pending.fields, version_field)).value_or(0);

    auto user = deps_.store.read<std::optional<User>>(
        [&](Transaction& tx) { return deps_.users.by_id(tx, user_id); });
    if (!user) return std::move(user).error();
    if (!user->has_value()) return no_reset();
    if (Status good = deps_.rules.check(password, (*user)->email, (*user)->phone_number); !good)
        return good;
    const auto hash = deps_.guard.hash(password, client_address);
    if (!hash) return hash.error();

    const std::int64_t now = to_millis(deps_.clock.now());
    const Status changed = deps_.store.transact([&](Transaction& tx) -> Status {
        // PATCH /me/ may have changed the number, and the version stays.
        const auto owner = deps_.users.by_contact(tx, contact);
        if (!owner) return owner.error();
        if (!owner->has_value() || (*owner)->id != user_id) return no_reset();
        // The version makes the code good once, and void when the account was disabled or its
        // password changed meanwhile.
        const auto updated =
            deps_.users.update_password(tx, user_id, credential_version, *hash, now);
        if (!updated) return updated.error();
        if (!updated->has_value()) return no_reset();
        return deps_.tokens.revoke_all(tx, user_id, now);
    });
    if (!changed) return changed;
    if (const auto erased = deps_.cache.erase(pending.entry); !erased)
        deps_.log.warn("a finished password reset could not be erased; it will expire",
                       {{"code", erased.error().code}});
    deps_.messages.notify(deps_.texts.notice(Notice::password_changed, (*user)->email));
    deps_.log.info("password reset", {{"user_id", user_id}});
    return {};
}

}  // namespace kitchen::auth
