#include "oauth_repository.h"

namespace kitchen::oidc_provider {
namespace {

constexpr std::int64_t day = 24 * 60 * 60 * std::int64_t{1000};

Principal principal_of(const Row& row, std::uint32_t first) {
    return Principal{row.integer(first), row.string(first + 1), row.string(first + 2)};
}

}  // namespace

OAuthRepository::OAuthRepository(Store& store)
    : add_session_(store.prepare("INSERT INTO oauth_sessions (hash, user_id, role, token_id, "
                                 "signed_in_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)")),
      session_(store.prepare("SELECT hash, user_id, role, token_id, signed_in_at FROM "
                             "oauth_sessions WHERE hash = $1 AND expires_at > $2")),
      remove_session_(store.prepare("DELETE FROM oauth_sessions WHERE hash = $1")),
      add_code_(store.prepare(
          "INSERT INTO oauth_codes (hash, client_id, redirect_uri, challenge, nonce, scope, "
          "user_id, role, token_id, signed_in_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, "
          "$8, $9, $10, $11)")),
      code_(store.prepare("SELECT client_id, redirect_uri, challenge, nonce, scope, user_id, role, "
                          "token_id, signed_in_at, expires_at, grant_id FROM oauth_codes WHERE "
                          "hash = $1")),
      use_code_(store.prepare("UPDATE oauth_codes SET grant_id = $2 WHERE hash = $1")),
      consent_(
          store.prepare("SELECT scope FROM oauth_consents WHERE user_id = $1 AND client_id = $2")),
      set_consent_(store.prepare(
          "INSERT INTO oauth_consents (user_id, client_id, scope, updated_at) VALUES ($1, $2, $3, "
          "$4) ON CONFLICT (user_id, client_id) DO UPDATE SET scope = excluded.scope, updated_at = "
          "excluded.updated_at")),
      sweep_sessions_(store.prepare("DELETE FROM oauth_sessions WHERE expires_at <= $1")),
      sweep_codes_(store.prepare("DELETE FROM oauth_codes WHERE expires_at <= $1")) {}

void OAuthRepository::add_personal(PersonalData& personal, const Setup& setup, Store& store) const {
    PersonalRows rows;
    rows.kept = {{"applications", store.prepare("SELECT client_id, scope, updated_at FROM "
                                                "oauth_consents WHERE user_id = $1 ORDER BY "
                                                "client_id")},
                 {"browsers", store.prepare("SELECT signed_in_at, expires_at FROM oauth_sessions "
                                            "WHERE user_id = $1 ORDER BY signed_in_at")}};
    for (const char* sql : {"DELETE FROM oauth_consents WHERE user_id = $1",
                            "DELETE FROM oauth_sessions WHERE user_id = $1",
                            "DELETE FROM oauth_codes WHERE user_id = $1"})
        rows.forget.push_back(store.prepare(sql));
    personal.add(setup, std::move(rows));
}

Status OAuthRepository::add_session(Transaction& tx, const Session& session,
                                    std::int64_t expires_at) const {
    return tx.execute(add_session_, {session.hash, session.who.user_id, session.who.role,
                                     session.who.token_id, session.signed_in_at, expires_at});
}

Result<std::optional<Session>> OAuthRepository::session(Transaction& tx, std::string_view hash,
                                                        std::int64_t now) const {
    return first_row(tx.query(session_, {hash, now}), [](const Row& row) {
        return Session{row.string(0), principal_of(row, 1), row.integer(4)};
    });
}

Status OAuthRepository::remove_session(Transaction& tx, std::string_view hash) const {
    return tx.execute(remove_session_, {hash});
}

Status OAuthRepository::add_code(Transaction& tx, std::string_view hash, const Code& code) const {
    return tx.execute(add_code_, {hash, code.client_id, code.redirect_uri, code.challenge,
                                  code.nonce, code.scope, code.who.user_id, code.who.role,
                                  code.who.token_id, code.signed_in_at, code.expires_at});
}

Result<std::optional<Code>> OAuthRepository::code(Transaction& tx, std::string_view hash) const {
    return first_row(tx.query(code_, {hash}), [](const Row& row) {
        return Code{row.string(0),  row.string(1),  row.string(2),
                    row.string(3),  row.string(4),  principal_of(row, 5),
                    row.integer(8), row.integer(9), row.maybe_integer(10)};
    });
}

Status OAuthRepository::use_code(Transaction& tx, std::string_view hash,
                                 std::int64_t grant_id) const {
    return tx.execute(use_code_, {hash, grant_id});
}

Result<std::string> OAuthRepository::consent(Transaction& tx, std::int64_t user_id,
                                             std::string_view client_id) const {
    const auto rows = tx.query(consent_, {user_id, client_id});
    if (!rows) return rows.error();
    return rows->empty() ? std::string() : rows->front().string(0);
}

Status OAuthRepository::set_consent(Transaction& tx, std::int64_t user_id,
                                    std::string_view client_id, std::string_view scope,
                                    std::int64_t now) const {
    return tx.execute(set_consent_, {user_id, client_id, scope, now});
}

Status OAuthRepository::sweep(Transaction& tx, std::int64_t now) const {
    if (Status swept = tx.execute(sweep_sessions_, {now}); !swept) return swept;
    return tx.execute(sweep_codes_, {now - day});
}

}  // namespace kitchen::oidc_provider
