#include "sign_in/token_repository.h"

#include <algorithm>

namespace kitchen::auth {
namespace {

#define AUTH_TOKEN_ALIVE                                                            \
    "CASE WHEN f.revoked_at IS NULL AND u.disabled = 0 AND f.credential_version = " \
    "u.credential_version THEN 1 ELSE 0 END"

StoredToken token_of(const Row& row) {
    StoredToken token;
    token.family_id = row.integer(0);
    token.user_id = row.integer(1);
    token.role = row.string(2);
    token.expires_at = row.integer(3);
    token.alive = row.boolean(4);
    token.used_at = row.maybe_integer(5);
    token.client = {row.string(6), row.string(7)};
    return token;
}

}  // namespace

TokenRepository::TokenRepository(Store& store)
    : add_family_(
          store.prepare("INSERT INTO token_families (user_id, credential_version, access_hash, "
                        "access_expires_at, expires_at, created_at, updated_at, client_id, scope) "
                        "SELECT id, credential_version, $3, CAST($4 AS BIGINT), CAST($5 AS "
                        "BIGINT), CAST($6 AS BIGINT), CAST($6 AS BIGINT), $7, $8 FROM users "
                        "WHERE id = $1 AND credential_version = $2 AND disabled = 0 RETURNING id")),
      add_refresh_(store.prepare("INSERT INTO refresh_tokens (hash, family_id, expires_at, "
                                 "created_at) VALUES ($1, $2, $3, $4)")),
      use_refresh_(store.prepare(
          "UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL")),
      renew_family_(store.prepare("UPDATE token_families SET access_hash = $2, access_expires_at = "
                                  "$3, expires_at = $4, updated_at = $5 WHERE id = $1")),
      by_access_(store.prepare(
          "SELECT f.id, u.id, u.role, f.access_expires_at, " AUTH_TOKEN_ALIVE
          ", CAST(NULL AS BIGINT), f.client_id, f.scope "
          "FROM token_families f JOIN users u ON u.id = f.user_id WHERE f.access_hash = $1")),
      by_refresh_(store.prepare("SELECT f.id, u.id, u.role, r.expires_at, " AUTH_TOKEN_ALIVE
                                ", r.used_at, f.client_id, f.scope "
                                "FROM refresh_tokens r JOIN token_families f ON f.id = r.family_id "
                                "JOIN users u ON u.id = f.user_id "
                                "WHERE r.hash = $1")),
      alive_(store.prepare("SELECT " AUTH_TOKEN_ALIVE
                           " FROM token_families f JOIN users u ON u.id = f.user_id "
                           "WHERE f.id = $1 AND u.id = $2")),
      revoke_family_(store.prepare("UPDATE token_families SET revoked_at = $2, updated_at = $2 "
                                   "WHERE id = $1 AND revoked_at IS NULL")),
      revoke_all_(store.prepare("UPDATE token_families SET revoked_at = $3, updated_at = $3 WHERE "
                                "user_id = $1 AND id <> $2 AND revoked_at IS NULL")),
      keep_family_(store.prepare(
          "UPDATE token_families SET credential_version = $3 WHERE id = $1 AND user_id = $2")),
      // Refresh tokens go with their family (ON DELETE CASCADE).
      sweep_families_(store.prepare("DELETE FROM token_families WHERE id IN "
                                    "(SELECT id FROM token_families WHERE expires_at <= $1 ORDER "
                                    "BY expires_at LIMIT $2)")),
      sweep_revoked_(store.prepare("DELETE FROM token_families WHERE id IN "
                                   "(SELECT id FROM token_families WHERE revoked_at IS NOT NULL "
                                   "ORDER BY revoked_at LIMIT $1)")),
      sweep_refresh_(store.prepare("DELETE FROM refresh_tokens WHERE hash IN "
                                   "(SELECT hash FROM refresh_tokens WHERE expires_at <= $1 ORDER "
                                   "BY expires_at LIMIT $2)")) {}

#undef AUTH_TOKEN_ALIVE

Result<std::optional<std::int64_t>> TokenRepository::add_family(
    Transaction& tx, std::int64_t user_id, std::int64_t credential_version,
    const TokenHashes& tokens, const TokenClient& client, std::int64_t now) const {
    const std::int64_t expires_at = std::max(tokens.access_expires_at, tokens.refresh_expires_at);
    const Param scope = client.id.empty() ? Param(nullptr) : Param(client.scope);
    auto rows =
        tx.query(add_family_, {user_id, credential_version, tokens.access, tokens.access_expires_at,
                               expires_at, now, client.id, scope});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<std::int64_t>();
    const std::int64_t family_id = rows->front().integer(0);
    if (Status added =
            tx.execute(add_refresh_, {tokens.refresh, family_id, tokens.refresh_expires_at, now});
        !added)
        return std::move(added).error();
    return std::optional(family_id);
}

Result<bool> TokenRepository::rotate(Transaction& tx, std::int64_t family_id,
                                     std::string_view old_refresh_hash, const TokenHashes& tokens,
                                     std::int64_t now) const {
    auto used = tx.query(use_refresh_, {old_refresh_hash, now});
    if (!used) return std::move(used).error();
    if (used->changed() == 0) return false;
    const std::int64_t expires_at = std::max(tokens.access_expires_at, tokens.refresh_expires_at);
    if (Status renewed = tx.execute(
            renew_family_, {family_id, tokens.access, tokens.access_expires_at, expires_at, now});
        !renewed)
        return std::move(renewed).error();
    if (Status added =
            tx.execute(add_refresh_, {tokens.refresh, family_id, tokens.refresh_expires_at, now});
        !added)
        return std::move(added).error();
    return true;
}

Result<std::optional<StoredToken>> TokenRepository::by_access(Transaction& tx,
                                                              std::string_view hash) const {
    return first_row(tx.query(by_access_, {hash}), token_of);
}

Result<std::optional<StoredToken>> TokenRepository::by_refresh(Transaction& tx,
                                                               std::string_view hash) const {
    return first_row(tx.query(by_refresh_, {hash}), token_of);
}

Result<bool> TokenRepository::is_alive(Transaction& tx, std::int64_t family_id,
                                       std::int64_t user_id) const {
    const auto rows = tx.query(alive_, {family_id, user_id});
    if (!rows) return rows.error();
    return !rows->empty() && rows->front().boolean(0);
}

Status TokenRepository::revoke_family(Transaction& tx, std::int64_t family_id,
                                      std::int64_t now) const {
    return tx.execute(revoke_family_, {family_id, now});
}

Status TokenRepository::revoke_all(Transaction& tx, std::int64_t user_id, std::int64_t now) const {
    return tx.execute(revoke_all_, {user_id, 0, now});
}

Status TokenRepository::revoke_others(Transaction& tx, std::int64_t user_id, std::int64_t family_id,
                                      std::int64_t credential_version, std::int64_t now) const {
    Status revoked = tx.execute(revoke_all_, {user_id, family_id, now});
    if (!revoked || family_id == 0) return revoked;
    return tx.execute(keep_family_, {family_id, user_id, credential_version});
}

Result<std::int64_t> TokenRepository::sweep(Transaction& tx, std::int64_t now,
                                            std::int64_t limit) const {
    auto families = tx.query(sweep_families_, {now, limit});
    if (!families) return std::move(families).error();
    auto revoked = tx.query(sweep_revoked_, {limit});
    if (!revoked) return std::move(revoked).error();
    auto tokens = tx.query(sweep_refresh_, {now, limit});
    if (!tokens) return std::move(tokens).error();
    return families->changed() + revoked->changed() + tokens->changed();
}

}  // namespace kitchen::auth
