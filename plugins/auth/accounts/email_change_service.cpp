#include "accounts/email_change_service.h"

#include "kitchen/ip.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

constexpr std::string_view email_field = "email", version_field = "credential_version";
/// A notice says nothing that ages: as long as the mail service is away at most.
constexpr std::chrono::hours notice_valid_for(24);

Error no_change() {
    return Error(Errc::not_found, "email_change_not_found",
                 "No change of the email address is waiting, or it has expired. Begin again.");
}

std::string subject_of(std::int64_t user_id) { return "user " + std::to_string(user_id); }

}  // namespace

EmailChangeService::EmailChangeService(Dependencies dependencies, const ServerKey& key,
                                       const OtpSettings& settings, const RequestSettings& requests)
    : deps_(dependencies),
      email_key_(key, "email change rate"),
      codes_(PurposeKey(key, "email change code"), deps_.random),
      settings_(settings),
      per_address_(deps_.cache, {requests.per_address_burst, requests.per_address_period},
                   "email-change-address", "too_many_email_changes",
                   "Too many changes from your address. Wait a little, then try again."),
      per_email_(deps_.cache, {requests.per_email_burst, requests.per_email_period},
                 "email-change-email", "too_many_email_changes",
                 "Too many codes for this email address. Look for the code in your mail, or try "
                 "again later.") {}

std::string EmailChangeService::entry_of(std::int64_t user_id) const {
    return "auth:email-change:" + std::to_string(user_id);
}

Result<std::chrono::milliseconds> EmailChangeService::start(const Asker& asker,
                                                            const std::string& email,
                                                            const std::string& password) {
    if (Status open = per_address_.tick(client_network(asker.client_address)); !open)
        return std::move(open).error();
    Taken taken;
    const auto user = deps_.store.read<User>([&](Transaction& tx) -> Result<User> {
        auto found = deps_.users.by_id(tx, asker.user_id);
        if (!found) return std::move(found).error();
        if (!found->has_value()) return user_not_found();
        const auto others = deps_.users.taken(tx, email, "");
        if (!others) return others.error();
        taken = *others;
        return **std::move(found);
    });
    if (!user) return user.error();
    const auto right = deps_.guard.confirm(*user, password, asker.client_address);
    if (!right) return right.error();
    if (!*right)
        return invalid_field("/password", "wrong_password", "This is not the current password.");
    if (ascii_lower(email) == ascii_lower(user->email))
        return invalid_field("/email", "unchanged", "This is the address of your account already.");
    if (taken.email) return taken_error(taken);
    if (Status open = per_email_.tick(email_key_.mac({ascii_lower(email)})); !open)
        return std::move(open).error();

    const std::string entry = entry_of(user->id), code = codes_.make();
    const CacheFields fields = {
        {std::string(email_field), email},
        {std::string(version_field), std::to_string(user->credential_version)},
        {std::string(OneTimeCodes::field), codes_.mac(subject_of(user->id), code)}};
    if (Status kept = deps_.cache.set_fields(entry, fields, settings_.ttl); !kept)
        return std::move(kept).error();
    if (!deps_.messages.post(
            deps_.texts.contact_change({Channel::email, email}, code, settings_.ttl),
            settings_.ttl)) {
        (void)deps_.cache.erase(entry);
        return message_queue_full(Channel::email);
    }
    return settings_.ttl;
}

Result<User> EmailChangeService::verify(const Asker& asker, std::string_view code) {
    const std::string entry = entry_of(asker.user_id);
    const auto fields = codes_.check(deps_.cache, entry, subject_of(asker.user_id), code,
                                     settings_.max_attempts, no_change());
    if (!fields) return fields.error();
    const std::string email(field_of(*fields, email_field));
    const std::int64_t version = parse_number(field_of(*fields, version_field)).value_or(0);
    const std::int64_t now = to_millis(deps_.clock.now());
    std::string old_email;
    auto changed = deps_.store.transact<User>([&](Transaction& tx) -> Result<User> {
        const auto before = deps_.users.by_id(tx, asker.user_id);
        if (!before) return before.error();
        if (!before->has_value()) return no_change();
        old_email = (*before)->email;
        // The version makes the code void when the password or the rights were changed meanwhile.
        auto updated = deps_.users.update_email(tx, asker.user_id, version, email, now);
        if (!updated) return std::move(updated).error();
        if (!updated->has_value()) return no_change();
        User user = **std::move(updated);
        if (Status revoked = deps_.tokens.revoke_others(tx, user.id, asker.family_id,
                                                        user.credential_version, now);
            !revoked)
            return std::move(revoked).error();
        return user;
    });
    // Otherwise the store is away, and the code must still be good when it is back.
    if (!changed && changed.error().kind != Errc::conflict &&
        changed.error().kind != Errc::not_found)
        return changed;
    if (const auto erased = deps_.cache.erase(entry); !erased)
        deps_.log.warn("a finished change of an email address could not be erased; it will expire",
                       {{"code", erased.error().code}});
    if (!changed) return changed;
    if (!deps_.messages.post(deps_.texts.contact_changed(Channel::email, old_email),
                             notice_valid_for))
        deps_.log.warn("the notice of a changed email address could not be mailed",
                       {{"user_id", changed->id}});
    deps_.log.info("email address changed", {{"user_id", changed->id}});
    return changed;
}

}  // namespace kitchen::auth
