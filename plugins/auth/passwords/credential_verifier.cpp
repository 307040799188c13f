#include "passwords/credential_verifier.h"

#include "kitchen/ip.h"
#include "text.h"

namespace kitchen::auth {

Error invalid_credentials() {
    return Error(Errc::unauthenticated, "invalid_credentials",
                 "The credentials are not right, or not valid any more. Sign in with your user id "
                 "or email and your password.");
}

Result<User> CredentialVerifier::verify(std::string_view user, std::string_view password,
                                        std::string_view client_address) {
    auto found = look_up(user);
    if (!found) return std::move(found).error();
    const std::string credential = credential_of(*found, password);
    if (*found && !(*found)->disabled && parts_.remembered.contains(credential))
        return **std::move(found);

    // Id and email of one account share one budget of failures.
    const std::string account =
        *found ? "id:" + std::to_string((*found)->id) : "name:" + ascii_lower(user);
    const Guess guess = guess_of(account, client_address);
    auto right = flights_.run(guess.account, credential,
                              [&] { return attempt(*found, password, guess, credential); });
    if (!right) return std::move(right).error();
    if (!*right) return invalid_credentials();
    return **std::move(found);
}

Error CredentialVerifier::refuse_unreadable(std::string_view client_address) {
    if (auto found = look_up(""); !found) return std::move(found).error();
    const Guess guess = guess_of("", client_address);
    if (Status open = parts_.per_client.check(guess.client); !open) return std::move(open).error();
    if (Status worked = parts_.hasher.verify_nothing("", guess.network); !worked)
        return std::move(worked).error();
    if (Status counted = parts_.per_client.failed(guess.client); !counted)
        return std::move(counted).error();
    return invalid_credentials();
}

CredentialVerifier::Guess CredentialVerifier::guess_of(std::string_view account,
                                                       std::string_view client_address) const {
    return {parts_.per_account.subject(account, client_address),
            parts_.per_client.subject("", client_address), client_network(client_address)};
}

Result<bool> CredentialVerifier::confirm(const User& user, std::string_view password,
                                         std::string_view client_address) {
    const std::optional<User> account(user);
    const Guess guess = guess_of("id:" + std::to_string(user.id), client_address);
    const std::string credential = credential_of(account, password);
    return flights_.run(guess.account, credential,
                        [&] { return attempt(account, password, guess, credential); });
}

Result<std::optional<User>> CredentialVerifier::look_up(std::string_view user) {
    return parts_.store.read<std::optional<User>>([&](Transaction& tx) {
        if (user.find('@') != std::string_view::npos) return parts_.users.by_email(tx, user);
        return parts_.users.by_id(
            tx, parse_id(user).value_or(0));  // nobody has 0: the same work for what is no id
    });
}

Result<bool> CredentialVerifier::attempt(const std::optional<User>& user, std::string_view password,
                                         const Guess& guess, const std::string& credential) {
    const bool enabled = user && !user->disabled;
    // Another request may have finished with the same password since this one looked.
    if (enabled && parts_.remembered.contains(credential)) return true;
    if (Status open = parts_.per_account.check(guess.account); !open)
        return std::move(open).error();
    if (Status open = parts_.per_client.check(guess.client); !open) return std::move(open).error();

    bool right = false;
    if (user) {
        auto verified = parts_.hasher.verify(user->password_hash, password, guess.network);
        if (!verified) return std::move(verified).error();
        right = *verified && enabled;
    } else if (Status worked = parts_.hasher.verify_nothing(password, guess.network); !worked) {
        return std::move(worked).error();
    }
    if (right) {
        parts_.remembered.remember(credential);
        if (parts_.hasher.is_outdated(user->password_hash)) renew_hash(*user, password, guess);
        return true;
    }
    // Never what was typed as the user: people type passwords there.
    if (user)
        parts_.log.info("sign-in failed", {{"user_id", user->id}});
    else
        parts_.log.info("sign-in failed for an unknown account");
    if (Status counted = parts_.per_account.failed(guess.account); !counted)
        return std::move(counted).error();
    if (Status counted = parts_.per_client.failed(guess.client); !counted)
        return std::move(counted).error();
    return false;
}

void CredentialVerifier::renew_hash(const User& user, std::string_view password,
                                    const Guess& guess) {
    const auto fresh = parts_.hasher.hash(password, guess.network);
    if (!fresh) return;  // too much to do now; the next sign-in will
    const Status kept = parts_.store.transact([&](Transaction& tx) {
        return parts_.users.replace_hash(tx, user.id, user.password_hash, *fresh);
    });
    if (!kept)
        parts_.log.warn("a password hash could not be renewed",
                        {{"user_id", user.id}, {"code", kept.error().code}});
}

std::string CredentialVerifier::credential_of(const std::optional<User>& user,
                                              std::string_view password) const {
    return key_.mac({std::to_string(user ? user->id : 0),
                     std::to_string(user ? user->credential_version : 0), password});
}

}  // namespace kitchen::auth
