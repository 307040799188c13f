#include "sign_up/signup_service.h"

#include <optional>

#include "accounts/account_service.h"
#include "kitchen/ip.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

Error no_session() {
    return Error(Errc::not_found, "signup_session_not_found",
                 "No sign-up is waiting here, or it has expired. Sign up again.");
}

/// Where the code of a sign-up goes: email or number, as both are kept.
Contact contact_of(std::string_view email, std::string_view phone_number) {
    if (email.empty()) return {Channel::sms, std::string(phone_number)};
    return {Channel::email, std::string(email)};
}
Contact contact_of(const CacheFields& fields) {
    return contact_of(field_of(fields, "email"), field_of(fields, "phone_number"));
}

Status check_email(const SignupForm& form) {
    if (form.channel == Channel::email && form.email.empty())
        return invalid_field("/email", "required", "Is required: the code is mailed there.");
    if (form.channel == Channel::sms && !form.email.empty())
        return invalid_field("/email", "unproved",
                             "A code by SMS does not prove an email address. Leave it out, and add "
                             "it afterwards by POST /me/email/.");
    return {};
}

/// All faults of both.
Status both(Status first, Status second) {
    if (first) return second;
    if (!second)
        first.error().faults.insert(first.error().faults.end(), second.error().faults.begin(),
                                    second.error().faults.end());
    return first;
}

}  // namespace

SignupService::SignupService(Dependencies dependencies, const ServerKey& key,
                             const OtpSettings& settings, const RequestSettings& requests)
    : deps_(dependencies),
      session_key_(key, "signup session"),
      contact_key_(key, "signup email rate"),
      codes_(PurposeKey(key, "signup code"), deps_.random),
      settings_(settings),
      per_address_(deps_.cache, {requests.per_address_burst, requests.per_address_period},
                   "signup-address", "too_many_signups",
                   "Too many sign-ups from your address. Wait a little, then try again."),
      per_contact_(deps_.cache, {requests.per_email_burst, requests.per_email_period},
                   "signup-email", "too_many_signups",
                   "Too many sign-ups with this email address or number. Look for the code that "
                   "was sent there, or try again later."),
      per_session_(deps_.cache, {1, settings.resend_interval}, "signup-resend", "resend_too_soon",
                   "A new code was sent only a moment ago. Look for it, or ask again a little "
                   "later.") {}

std::string SignupService::entry_of(std::string_view session_id) const {
    return "auth:signup:" + session_key_.mac({session_id});
}

Result<std::string> SignupService::code_for(const Contact& contact) {
    const std::string subject = contact_key_.mac({contact.key()});
    const std::string entry = "auth:signup-code:" + subject;
    const std::string fresh = deps_.random.hex(32);
    const auto is_first = deps_.cache.set_if_absent(entry, fresh, settings_.ttl / 2);
    if (!is_first) return is_first.error();
    if (*is_first) return codes_.of_seed(subject, fresh);
    const auto seed = deps_.cache.get(entry);
    if (!seed) return seed.error();
    return codes_.of_seed(subject, seed->value_or(fresh));
}

bool SignupService::post_code(const Contact& contact, const std::string& code,
                              std::chrono::milliseconds valid_for) {
    return deps_.messages.post(deps_.texts.signup(contact, code, valid_for), valid_for);
}

Status SignupService::check_availability(const SignupForm& form, const std::string& phone_number) {
    return deps_.store.read([&](Transaction& tx) -> Status {
        const auto taken = deps_.users.taken(tx, form.email, phone_number);
        if (!taken) return taken.error();
        if (taken->email || taken->phone) return taken_error(*taken);
        const std::string referral_code = normal_referral_code(form.referral_code);
        if (referral_code.empty()) return {};
        const auto owner = deps_.users.owner_of_referral_code(tx, referral_code);
        if (!owner) return owner.error();
        if (!*owner)
            return invalid_field("/referral_code", "referral_code_unknown",
                                 "Nobody has this referral code. Correct it, or leave it out.");
        return {};
    });
}

Status SignupService::check(const SignupForm& form) const {
    const auto phone = deps_.phones.normalise(form.phone_number);
    const Status good_phone = phone ? Status() : Status(phone.error());
    return both(check_email(form),
                both(good_phone,
                     deps_.rules.check(form.password, form.email, phone ? *phone : std::string())));
}

Result<std::string> SignupService::start(const SignupForm& form) {
    if (Status good = check(form); !good) return std::move(good).error();
    const auto phone = deps_.phones.normalise(form.phone_number);
    if (!phone) return phone.error();
    // Also before "taken" is said: no client finds out about addresses by the thousand.
    if (Status open = per_address_.tick(client_network(form.client_address)); !open)
        return std::move(open).error();
    if (Status free = check_availability(form, *phone); !free) return std::move(free).error();
    const Contact contact = contact_of(form.email, *phone);
    if (Status open = per_contact_.tick(contact_key_.mac({contact.key()})); !open)
        return std::move(open).error();
    const auto hash = deps_.guard.hash(form.password, form.client_address);
    if (!hash) return hash.error();

    const auto drawn = code_for(contact);
    if (!drawn) return drawn.error();
    const std::string& code = *drawn;
    const std::string session_id = deps_.random.hex(32);
    const std::string entry = entry_of(session_id);
    const CacheFields fields = {{"email", form.email},
                                {"phone_number", *phone},
                                {"password_hash", *hash},
                                {"referral_code", normal_referral_code(form.referral_code)},
                                {std::string(OneTimeCodes::field), codes_.mac(session_id, code)}};
    if (Status kept = deps_.cache.set_fields(entry, fields, settings_.ttl); !kept)
        return std::move(kept).error();
    if (!post_code(contact, code, settings_.ttl)) {
        // No client has the id yet, so an entry that could not be erased merely expires.
        (void)deps_.cache.erase(entry);
        return message_queue_full(contact.channel);
    }
    deps_.log.info("sign-up started");
    return session_id;
}

Result<SignupService::Resent> SignupService::resend(std::string_view session_id) {
    const std::string entry = entry_of(session_id);
    const auto fields = deps_.cache.get_fields(entry);
    if (!fields) return fields.error();
    const auto left = deps_.cache.ttl(entry);
    if (!left) return left.error();
    if (!fields->has_value() || !left->has_value()) return no_session();

    if (Status open = per_session_.tick(session_key_.mac({session_id})); !open)
        return std::move(open).error();
    const auto resends = deps_.cache.increment_field(entry, "resends", settings_.max_resends);
    if (!resends) return resends.error();
    if (!resends->has_value())
        return Error(
                   Errc::too_many_requests, "too_many_resends",
                   "No more codes can be sent for this sign-up. Let it expire, then sign up again.")
            .retry_in(retry_seconds(**left));
    const Contact contact = contact_of(**fields);
    // The sign-up may have begun before text messages were switched off.
    if (!deps_.messages.has(contact.channel)) return message_queue_full(contact.channel);
    // Text messages cost money, and sessions are cheap: one number's count together.
    if (contact.channel == Channel::sms)
        if (Status open = per_contact_.tick(contact_key_.mac({contact.key()})); !open)
            return std::move(open).error();

    const std::string code = codes_.make();
    const std::string old_mac(field_of(**fields, OneTimeCodes::field));
    const auto replace_mac = [&](std::string mac) {
        return deps_.cache.update_fields(entry,
                                         {{std::string(OneTimeCodes::field), std::move(mac)}});
    };
    const auto replaced = replace_mac(codes_.mac(session_id, code));
    if (!replaced) return replaced.error();
    if (!*replaced) return no_session();
    if (!post_code(contact, code, **left)) {
        (void)replace_mac(old_mac);
        return message_queue_full(contact.channel);
    }
    return Resent{**left, contact.channel};
}

Result<User> SignupService::verify(std::string_view session_id, std::string_view code) {
    const std::string entry = entry_of(session_id);
    const auto fields =
        codes_.check(deps_.cache, entry, session_id, code, settings_.max_attempts, no_session());
    if (!fields) return fields.error();

    NewUser user;
    user.email = field_of(*fields, "email");
    user.phone_number = field_of(*fields, "phone_number");
    user.password_hash = field_of(*fields, "password_hash");
    user.referred_by_code = field_of(*fields, "referral_code");
    user.role = role_customer;
    user.created_at = to_millis(deps_.clock.now());
    user.phone_proved = contact_of(*fields).channel == Channel::sms;
    auto created = create_account(deps_.store, deps_.users, deps_.random, deps_.events, user);
    if (!created && created.error().kind == Errc::conflict) {
        // Made by this very session? Its salted hash says so: then an earlier response was lost, or
        // is on its way.
        auto existing = deps_.store.read<std::optional<User>>(
            [&](Transaction& tx) { return deps_.users.by_contact(tx, contact_of(*fields)); });
        if (existing && existing->has_value() && (*existing)->password_hash == user.password_hash)
            created = **std::move(existing);
    }
    // Otherwise the store is away, and the session must still be there when it is back.
    if (!created && created.error().kind != Errc::conflict) return created;
    if (const auto erased = deps_.cache.erase(entry); !erased)
        deps_.log.warn("a finished sign-up could not be erased; it will expire",
                       {{"code", erased.error().code}});
    if (created) deps_.log.info("account created", {{"user_id", created->id}});
    return created;
}

}  // namespace kitchen::auth
