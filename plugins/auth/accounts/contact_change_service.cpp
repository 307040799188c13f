#include "accounts/contact_change_service.h"

#include "kitchen/ip.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

constexpr std::string_view version_field = "credential_version";

std::string subject_of(std::int64_t user_id) { return "user " + std::to_string(user_id); }

}  // namespace

ContactChangeService::ContactChangeService(Channel channel, Dependencies dependencies,
                                           const ServerKey& key, const OtpSettings& settings,
                                           const RequestSettings& requests)
    : channel_(channel),
      deps_(dependencies),
      contact_key_(key, word() + " change rate"),
      codes_(PurposeKey(key, word() + " change code"), deps_.random),
      settings_(settings),
      per_address_(deps_.cache, {requests.per_address_burst, requests.per_address_period},
                   word() + "-change-address", "too_many_" + word() + "_changes",
                   "Too many changes from your address. Wait a little, then try again."),
      per_contact_(deps_.cache, {requests.per_email_burst, requests.per_email_period},
                   word() + "-change-" + word(), "too_many_" + word() + "_changes",
                   "Too many codes for this email address or number. Look for the code that was "
                   "sent there, or try again later.") {}

Error ContactChangeService::no_change() const {
    return Error(Errc::not_found, word() + "_change_not_found",
                 "No change of the " +
                     std::string(channel_ == Channel::email ? "email address" : "phone number") +
                     " is waiting, or it has expired. Begin again.");
}

std::string ContactChangeService::entry_of(std::int64_t user_id) const {
    return "auth:" + word() + "-change:" + std::to_string(user_id);
}

Result<Contact> ContactChangeService::contact_of(std::string_view address) const {
    if (channel_ == Channel::email) return Contact{channel_, std::string(address)};
    auto number = deps_.phones.normalise(address);
    if (!number) return std::move(number).error();
    return Contact{channel_, *std::move(number)};
}

Result<ContactChangeService::Found> ContactChangeService::look_up(std::int64_t user_id,
                                                                  const Contact& wanted) {
    return deps_.store.read<Found>([&](Transaction& tx) -> Result<Found> {
        auto found = deps_.users.by_id(tx, user_id);
        if (!found) return std::move(found).error();
        if (!found->has_value()) return user_not_found();
        Found account{**std::move(found), {}};
        const bool is_mail = wanted.channel == Channel::email;
        const auto others =
            deps_.users.taken(tx, is_mail ? wanted.address : "", is_mail ? "" : wanted.address);
        if (!others) return others.error();
        if (is_mail && wanted.key() == ascii_lower(account.user.email))
            account.acceptable = invalid_field("/email", "unchanged",
                                               "This is the address of your account already.");
        else if (!is_mail && wanted.address == account.user.phone_number) {
            if (account.user.phone_proved)
                account.acceptable =
                    invalid_field("/phone_number", "unchanged",
                                  "This is the number of your account already, and confirmed.");
        } else if (others->email || others->phone) {
            account.acceptable = taken_error(*others);
        }
        return account;
    });
}

Result<std::chrono::milliseconds> ContactChangeService::start(const Asker& asker,
                                                              std::string_view address,
                                                              const std::string& password) {
    const auto contact = contact_of(address);
    if (!contact) return contact.error();
    if (Status open = per_address_.tick(client_network(asker.client_address)); !open)
        return std::move(open).error();
    const auto account = look_up(asker.user_id, *contact);
    if (!account) return account.error();
    const User& user = account->user;
    const auto right = deps_.guard.confirm(user, password, asker.client_address);
    if (!right) return right.error();
    if (!*right)
        return invalid_field("/password", "wrong_password", "This is not the current password.");
    if (!account->acceptable) return account->acceptable.error();
    if (Status open = per_contact_.tick(contact_key_.mac({contact->key()})); !open)
        return std::move(open).error();

    const std::string entry = entry_of(user.id), code = codes_.make();
    const CacheFields fields = {
        {word(), contact->address},
        {std::string(version_field), std::to_string(user.credential_version)},
        {std::string(OneTimeCodes::field), codes_.mac(subject_of(user.id), code)}};
    if (Status kept = deps_.cache.set_fields(entry, fields, settings_.ttl); !kept)
        return std::move(kept).error();
    if (!deps_.messages.post(deps_.texts.contact_change(*contact, code, settings_.ttl),
                             settings_.ttl)) {
        (void)deps_.cache.erase(entry);
        return message_queue_full(channel_);
    }
    return settings_.ttl;
}

Result<User> ContactChangeService::verify(const Asker& asker, std::string_view code) {
    const std::string entry = entry_of(asker.user_id);
    const auto fields = codes_.check(deps_.cache, entry, subject_of(asker.user_id), code,
                                     settings_.max_attempts, no_change());
    if (!fields) return fields.error();
    const Contact contact{channel_, std::string(field_of(*fields, word()))};
    const std::int64_t version = parse_number(field_of(*fields, version_field)).value_or(0);
    const std::int64_t now = to_millis(deps_.clock.now());
    User old;
    auto changed = deps_.store.transact<User>([&](Transaction& tx) -> Result<User> {
        auto before = deps_.users.by_id(tx, asker.user_id);
        if (!before) return std::move(before).error();
        if (!before->has_value()) return no_change();
        old = **std::move(before);
        // The version makes the code void when the password or the rights were changed meanwhile.
        auto updated = deps_.users.update_contact(tx, asker.user_id, version, contact, now);
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
        deps_.log.warn("a finished change of a contact could not be erased; it will expire",
                       {{"code", erased.error().code}});
    if (!changed) return changed;
    const Notice notice =
        channel_ == Channel::email ? Notice::email_changed : Notice::phone_changed;
    deps_.messages.notify(deps_.texts.notice(notice, old.email));
    deps_.log.info(channel_ == Channel::email ? "email address changed" : "phone number confirmed",
                   {{"user_id", changed->id}});
    return changed;
}

}  // namespace kitchen::auth
