// All SQL on the tables `token_families` and `refresh_tokens`. Every call works inside the caller's
// transaction; tokens come and go as keyed hashes only. Errors: what the store reports.
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/store.h"

namespace kitchen::auth {

/// The hashes of one pair of tokens, and when each ends (POSIX milliseconds).
struct TokenHashes {
    std::string access, refresh;
    std::int64_t access_expires_at = 0, refresh_expires_at = 0;
};

/// The client that acts for the user, and within which scope; "" for the user alone, who may do
/// everything.
struct TokenClient {
    std::string id = {}, scope = {};
};

/// A token as stored, with what its family and owner say about it.
struct StoredToken {
    std::int64_t family_id = 0;
    std::int64_t user_id = 0;
    std::string role;  ///< the owner's, now
    std::int64_t expires_at = 0;
    bool alive =
        false;  ///< family not revoked, owner not disabled, credentials not changed since sign-in
    std::optional<std::int64_t> used_at;  ///< a refresh token that was exchanged already
    TokenClient client;
};

class TokenRepository {
public:
    explicit TokenRepository(Store& store);

    /// A new family for a user whose credential version still is that one; nothing when it is not,
    /// or the user is disabled.
    Result<std::optional<std::int64_t>> add_family(Transaction& tx, std::int64_t user_id,
                                                   std::int64_t credential_version,
                                                   const TokenHashes& tokens,
                                                   const TokenClient& client,
                                                   std::int64_t now) const;
    /// Puts new tokens in the place of the family's old ones. False when the old refresh token was
    /// used meanwhile.
    Result<bool> rotate(Transaction& tx, std::int64_t family_id, std::string_view old_refresh_hash,
                        const TokenHashes& tokens, std::int64_t now) const;

    Result<std::optional<StoredToken>> by_access(Transaction& tx, std::string_view hash) const;
    Result<std::optional<StoredToken>> by_refresh(Transaction& tx, std::string_view hash) const;

    /// Whether that sign-in of that user has not ended.
    Result<bool> is_alive(Transaction& tx, std::int64_t family_id, std::int64_t user_id) const;

    Status revoke_family(Transaction& tx, std::int64_t family_id, std::int64_t now) const;
    Status revoke_all(Transaction& tx, std::int64_t user_id, std::int64_t now) const;
    /// All of a user's families but one (0: all), which is carried over the change of its owner's
    /// credentials.
    Status revoke_others(Transaction& tx, std::int64_t user_id, std::int64_t family_id,
                         std::int64_t credential_version, std::int64_t now) const;

    /// Deletes up to `limit` families and `limit` refresh tokens that can never be of use again;
    /// how many went.
    Result<std::int64_t> sweep(Transaction& tx, std::int64_t now, std::int64_t limit) const;

private:
    Statement add_family_, add_refresh_, use_refresh_, renew_family_, by_access_, by_refresh_,
        alive_, revoke_family_, revoke_all_, keep_family_, sweep_families_, sweep_revoked_,
        sweep_refresh_;
};

}  // namespace kitchen::auth
