#include "passwords/password_guard.h"

#include "kitchen/ip.h"
#include "kitchen/text.h"

namespace kitchen::auth {

Error invalid_credentials() {
    return Error(Errc::unauthenticated, "invalid_credentials",
                 "The credentials are not right, or not valid any more. Sign in with your user id "
                 "or email and your password.");
}

PasswordGuard::PasswordGuard(Dependencies dependencies, const AuthSettings& settings)
    : deps_(dependencies),
      credential_key_(deps_.key, "remembered credentials"),
      failures_of_account_(deps_.cache, deps_.key,
                           {settings.login.failure_burst, settings.login.failure_period}),
      failures_of_client_(deps_.cache, deps_.key,
                          {settings.login.per_address_burst, settings.login.per_address_period}),
      remembered_(deps_.clock, settings.basic_cache_ttl),
      flights_(settings.argon2_queue, deps_.waits),
      hasher_(settings.argon2_cost, settings.argon2_parallelism, settings.argon2_queue,
              deps_.waits) {}

Result<User> PasswordGuard::verify(std::string_view typed, std::string_view password,
                                   std::string_view client_address) {
    const std::string user = trimmed(typed);
    auto found = look_up(user);
    if (!found) return std::move(found).error();
    const std::string credential = credential_of(*found, password);
    if (*found && !(*found)->disabled && remembered_.contains(credential))
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

Error PasswordGuard::refuse_unreadable(std::string_view client_address) {
    if (auto found = look_up(""); !found) return std::move(found).error();
    const Guess guess = guess_of("", client_address);
    if (Status open = failures_of_client_.check(guess.client); !open)
        return std::move(open).error();
    if (Status worked = hasher_.verify_nothing("", guess.network); !worked)
        return std::move(worked).error();
    if (Status counted = failures_of_client_.failed(guess.client); !counted)
        return std::move(counted).error();
    return invalid_credentials();
}

PasswordGuard::Guess PasswordGuard::guess_of(std::string_view account,
                                             std::string_view client_address) const {
    return {failures_of_account_.subject(account, client_address),
            failures_of_client_.subject("", client_address), client_network(client_address)};
}

Result<bool> PasswordGuard::confirm(const User& user, std::string_view password,
                                    std::string_view client_address) {
    if (user.password_hash.empty())
        return Error(Errc::conflict, "no_password",
                     "This account has no password yet. Set one with a code that is mailed: POST "
                     "/password/forgot/.");
    const std::optional<User> account(user);
    const Guess guess = guess_of("id:" + std::to_string(user.id), client_address);
    const std::string credential = credential_of(account, password);
    return flights_.run(guess.account, credential,
                        [&] { return attempt(account, password, guess, credential); });
}

Result<std::string> PasswordGuard::hash(std::string_view password,
                                        std::string_view client_address) {
    return hasher_.hash(password, client_network(client_address));
}

Result<std::optional<User>> PasswordGuard::look_up(std::string_view user) {
    return deps_.store.read<std::optional<User>>([&](Transaction& tx) {
        if (user.find('@') != std::string_view::npos) return deps_.users.by_email(tx, user);
        if (user.starts_with('+'))
            return deps_.users.by_contact(tx, {Channel::sms, std::string(user)});
        return deps_.users.by_id(
            tx, parse_number(user).value_or(0));  // no user has 0: the same work for what is no id
    });
}

Result<bool> PasswordGuard::attempt(const std::optional<User>& user, std::string_view password,
                                    const Guess& guess, const std::string& credential) {
    const bool enabled = user && !user->disabled;
    // Another request may have finished with the same password since this one looked.
    if (enabled && remembered_.contains(credential)) return true;
    if (Status open = failures_of_account_.check(guess.account); !open)
        return std::move(open).error();
    if (Status open = failures_of_client_.check(guess.client); !open)
        return std::move(open).error();

    bool right = false;
    if (user && !user->password_hash.empty()) {
        auto verified = hasher_.verify(user->password_hash, password, guess.network);
        if (!verified) return std::move(verified).error();
        right = *verified && enabled;
    } else if (Status worked = hasher_.verify_nothing(password, guess.network); !worked) {
        return std::move(worked).error();
    }
    if (right) {
        remembered_.remember(credential);
        if (hasher_.is_outdated(user->password_hash)) renew_hash(*user, password, guess);
        return true;
    }
    // Never what was typed as the user: people type passwords there.
    if (user)
        deps_.log.info("sign-in failed", {{"user_id", user->id}});
    else
        deps_.log.info("sign-in failed for an unknown account");
    if (Status counted = failures_of_account_.failed(guess.account); !counted)
        return std::move(counted).error();
    if (Status counted = failures_of_client_.failed(guess.client); !counted)
        return std::move(counted).error();
    return false;
}

void PasswordGuard::renew_hash(const User& user, std::string_view password, const Guess& guess) {
    const auto fresh = hasher_.hash(password, guess.network);
    if (!fresh) return;  // too much to do now; the next sign-in will
    const Status kept = deps_.store.transact([&](Transaction& tx) {
        return deps_.users.replace_hash(tx, user.id, user.password_hash, *fresh);
    });
    if (!kept)
        deps_.log.warn("a password hash could not be renewed",
                       {{"user_id", user.id}, {"code", kept.error().code}});
}

std::string PasswordGuard::credential_of(const std::optional<User>& user,
                                         std::string_view password) const {
    return credential_key_.mac({std::to_string(user ? user->id : 0),
                                std::to_string(user ? user->credential_version : 0), password});
}

}  // namespace kitchen::auth
