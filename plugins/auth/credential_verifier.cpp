#include "credential_verifier.h"

#include "text.h"

namespace kitchen::auth {

Error invalid_credentials() {
    return Error(Errc::unauthenticated, "invalid_credentials",
                 "The credentials are not right, or not valid any more. Sign in with your user id or email and your password.");
}

Result<User> CredentialVerifier::verify(std::string_view user, std::string_view password, std::string_view client_address) {
    auto found = look_up(user);
    if (!found) return std::move(found).error();
    const std::string credential = credential_of(*found, password);
    if (*found && !(*found)->disabled && remembered_.contains(credential)) return **std::move(found);

    // Id and email of one account share one budget of failures.
    const std::string account = *found ? "id:" + std::to_string((*found)->id) : "name:" + ascii_lower(user);
    const std::string subject = throttle_.subject(account, client_address);
    auto right = flights_.run(subject, credential, [&] { return attempt(*found, password, subject, credential); });
    if (!right) return std::move(right).error();
    if (!*right) return invalid_credentials();
    return **std::move(found);
}

Error CredentialVerifier::refuse_unreadable() {
    if (auto found = look_up(""); !found) return std::move(found).error();
    if (Status worked = hasher_.verify_nothing(""); !worked) return std::move(worked).error();
    return invalid_credentials();
}

Result<bool> CredentialVerifier::confirm(const User& user, std::string_view password, std::string_view client_address) {
    const std::optional<User> account(user);
    const std::string subject = throttle_.subject("id:" + std::to_string(user.id), client_address);
    const std::string credential = credential_of(account, password);
    return flights_.run(subject, credential, [&] { return attempt(account, password, subject, credential); });
}

Result<std::optional<User>> CredentialVerifier::look_up(std::string_view user) {
    return store_.read<std::optional<User>>([&](Transaction& tx) {
        if (user.find('@') != std::string_view::npos) return users_.by_email(tx, user);
        return users_.by_id(tx, parse_id(user).value_or(0));  // nobody has 0: the same work for what is no id
    });
}

Result<bool> CredentialVerifier::attempt(const std::optional<User>& user, std::string_view password, const std::string& subject,
                                         const std::string& credential) {
    const bool enabled = user && !user->disabled;
    // Another request may have finished with the same password since this one looked.
    if (enabled && remembered_.contains(credential)) return true;
    if (Status open = throttle_.check(subject); !open) return std::move(open).error();

    bool right = false;
    if (user) {
        auto verified = hasher_.verify(user->password_hash, password);
        if (!verified) return std::move(verified).error();
        right = *verified && enabled;
    } else if (Status worked = hasher_.verify_nothing(password); !worked) {
        return std::move(worked).error();
    }
    if (right) {
        remembered_.remember(credential);
        if (hasher_.is_outdated(user->password_hash)) renew_hash(*user, password);
        return true;
    }
    // Never what was typed as the user: people type passwords there.
    if (user) log_.info("sign-in failed", {{"user_id", user->id}});
    else log_.info("sign-in failed for an unknown account");
    if (Status counted = throttle_.failed(subject); !counted) return std::move(counted).error();
    return false;
}

void CredentialVerifier::renew_hash(const User& user, std::string_view password) {
    const auto fresh = hasher_.hash(password);
    if (!fresh) return;  // too much to do now; the next sign-in will
    const Status kept = store_.transact(
        [&](Transaction& tx) { return users_.replace_hash(tx, user.id, user.password_hash, *fresh); });
    if (!kept) log_.warn("a password hash could not be renewed", {{"user_id", user.id}, {"code", kept.error().code}});
}

std::string CredentialVerifier::credential_of(const std::optional<User>& user, std::string_view password) const {
    return key_.mac({std::to_string(user ? user->id : 0), std::to_string(user ? user->credential_version : 0), password});
}

}  // namespace kitchen::auth
