#include "links/sign_in_repository.h"

namespace kitchen::oidc_login {
namespace {

#define SIGN_IN_COLUMNS "id, user_id, issuer, email, created_at"

SignIn sign_in_of(const Row& row) {
    return {row.integer(0), row.integer(1), row.string(2), row.string(3),
            from_millis(row.integer(4))};
}

}  // namespace

SignInRepository::SignInRepository(Store& store)
    : find_(store.prepare("SELECT " SIGN_IN_COLUMNS
                          " FROM sign_ins WHERE issuer = $1 AND subject = $2")),
      add_(store.prepare("INSERT INTO sign_ins (user_id, issuer, subject, email, created_at) "
                         "VALUES ($1, $2, $3, $4, $5) RETURNING " SIGN_IN_COLUMNS)),
      list_(store.prepare("SELECT " SIGN_IN_COLUMNS
                          " FROM sign_ins WHERE user_id = $1 ORDER BY id LIMIT $2 OFFSET $3")),
      count_(store.prepare("SELECT COUNT(*) FROM sign_ins WHERE user_id = $1")),
      remove_(store.prepare("DELETE FROM sign_ins WHERE user_id = $1 AND id = $2")) {}

#undef SIGN_IN_COLUMNS

Result<std::optional<SignIn>> SignInRepository::find(Transaction& tx,
                                                     const OutsideIdentity& identity) const {
    const auto rows = tx.query(find_, {identity.issuer, identity.subject});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<SignIn>();
    return std::optional<SignIn>(sign_in_of(rows->front()));
}

Result<SignIn> SignInRepository::add(Transaction& tx, std::int64_t user_id,
                                     const OutsideIdentity& identity, Timestamp now) const {
    const auto rows = tx.query(
        add_, {user_id, identity.issuer, identity.subject, identity.email, to_millis(now)});
    if (!rows) return rows.error();
    return sign_in_of(rows->front());
}

Result<SignInPage> SignInRepository::list(Transaction& tx, std::int64_t user_id, std::int64_t limit,
                                          std::int64_t offset) const {
    const auto total = tx.query(count_, {user_id});
    if (!total) return total.error();
    const auto rows = tx.query(list_, {user_id, limit, offset});
    if (!rows) return rows.error();
    SignInPage page;
    page.total = total->front().integer(0);
    for (Row row : *rows) page.items.push_back(sign_in_of(row));
    return page;
}

Result<bool> SignInRepository::remove(Transaction& tx, std::int64_t user_id,
                                      std::int64_t id) const {
    const auto rows = tx.query(remove_, {user_id, id});
    if (!rows) return rows.error();
    return rows->changed() == 1;
}

}  // namespace kitchen::oidc_login
