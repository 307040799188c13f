// Bearer tokens: opaque, 256 bits each, kept as keyed hashes only. A sign-in makes a family: one
// access token at a time, and a chain of refresh tokens of which each is good once. Showing a used
// one again means that it was stolen, and ends the family; but for a moment, while its successor is
// unused, it may be a client whose response was lost, and it gets the same successor again.
//
// A successor is computed from its refresh token and the server key, so it need not be kept.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth_settings.h"
#include "kitchen/accounts.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/principal.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "keys/server_key.h"
#include "sign_in/token_repository.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

/// Tokens as given, and what they are for.
struct TokenGrant : IssuedTokens {
    std::int64_t family_id = 0, user_id = 0;
    TokenClient client = {};
};

class TokenService {
public:
    /// All must outlive this.
    TokenService(Store& store, const TokenRepository& tokens, const ServerKey& key, Random& random,
                 const Clock& clock, Logger& log, TokenLifetimes lifetimes)
        : store_(store),
          tokens_(tokens),
          key_(key, "tokens"),
          random_(random),
          clock_(clock),
          log_(log),
          lifetimes_(lifetimes) {}

    /// A new family. Error: invalid_credentials() when the account changed since `user` was read;
    /// what the store reports.
    Result<IssuedTokens> issue(const User& user);
    /// The same in the caller's transaction, for a client.
    Result<TokenGrant> issue(Transaction& tx, const User& user, const TokenClient& client);
    /// Who presents this access token. Errors: unauthenticated "token_expired" when a refresh token
    /// helps, otherwise "invalid_credentials"; what the store reports.
    /// `also_ended`: also of a sign-in that has ended.
    Result<Principal> authenticate(std::string_view access_token, bool also_ended = false);
    /// New tokens for a refresh token of that client. Error: unauthenticated
    /// "invalid_refresh_token"; what the store reports.
    Result<TokenGrant> refresh(std::string_view refresh_token, std::string_view client_id = "");
    /// What is known of an access or a refresh token; nothing unless it is good.
    Result<std::optional<StoredToken>> look_up(Transaction& tx, std::string_view token) const;
    static bool is_refresh_token(std::string_view token) noexcept;
    /// Success also when it has ended already.
    Status revoke(std::int64_t family_id);
    Status revoke(Transaction& tx, std::int64_t family_id) const;
    /// The sign-in of a token of that client, used and expired ones too; success when it is none.
    Status revoke(Transaction& tx, std::string_view token, std::string_view client_id) const;
    /// Deletes what has expired or was revoked.
    void sweep();

private:
    Result<std::optional<StoredToken>> find(Transaction& tx, std::string_view token) const;
    IssuedTokens successor_of(std::string_view refresh_token) const;
    TokenHashes hashes_of(const IssuedTokens& issued, std::int64_t now) const;
    std::string access_hash(std::string_view token) const { return key_.mac({"access", token}); }
    std::string refresh_hash(std::string_view token) const { return key_.mac({"refresh", token}); }

    Store& store_;
    const TokenRepository& tokens_;
    const PurposeKey key_;
    Random& random_;
    const Clock& clock_;
    Logger& log_;
    const TokenLifetimes lifetimes_;
};

}  // namespace kitchen::auth
