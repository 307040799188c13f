// accounts/1: makes accounts and signs people in, for a plugin that has another proof of who they
// are than a password: an outside provider, say. Published by the plugin that owns accounts.
//
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/http/body.h"
#include "kitchen/identity.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

/// What a client gets that has signed in, whichever way.
struct IssuedTokens {
    std::string access_token, refresh_token;
    std::chrono::seconds expires_in{0};  ///< of the access token

    static void describe(http::BodyFields<IssuedTokens>& field) {
        using T = IssuedTokens;
        field.named("Tokens");
        field("access_token", &T::access_token).describe("For Authorization: Bearer");
        field("token_type", [](const T&) { return "Bearer"; }).one_of({"Bearer"});
        field("expires_in", [](const T& tokens) {
            return tokens.expires_in.count();
        }).describe("Seconds until the access token expires");
        field("refresh_token", &T::refresh_token).describe("Good once, for POST /token/refresh/");
    }
};

class Accounts {
public:
    using Interface = Accounts;
    static constexpr std::string_view interface_name = "accounts/1";
    virtual ~Accounts() = default;

    // Within the caller's transaction.

    /// Whose this address is: every account has shown that it reads the mail of its address.
    virtual Result<std::optional<Account>> by_email(Transaction& tx, std::string_view email) = 0;
    /// A new customer, who has neither password nor phone number until they set them. The caller
    /// knows that they read the mail of this address. The id. Errors: conflict "email_taken";
    /// unprocessable when it is no address.
    virtual Result<std::int64_t> create(Transaction& tx, std::string_view email) = 0;
    /// Whether the account can be signed in to with a password. False when there is none such.
    virtual Result<bool> has_password(Transaction& tx, std::int64_t user_id) = 0;
    /// Whether this is the password of the account; true when it has none. For a change that
    /// outlasts the sign-in it is made with, in a transaction of its own. Errors: unauthenticated
    /// when there is no such account; those of POST /login/ for too many guesses.
    virtual Result<bool> confirm(std::int64_t user_id, std::string_view password,
                                 std::string_view client_address) = 0;

    /// Opens a sign-in, in a transaction of its own. Error: unauthenticated when there is no such
    /// account, or it is disabled.
    virtual Result<IssuedTokens> sign_in(std::int64_t user_id) = 0;
};

}  // namespace kitchen
