#include "postgres_transaction.h"

#include <algorithm>

namespace kitchen::postgres {

Outcome run_once(Connection& connection, const PostgresBody& body, Mode mode, CommitHooks* hooks,
                 bool want_lsn, std::optional<Lsn> seen) {
    connection.begin(mode, seen);
    const RollbackUnlessOver guard(connection);
    PostgresTransaction transaction(connection, hooks);
    if (mode == Mode::schema)  // not even the body's own steps may run beside those of another
        if (Status locked = connection.open_now(); !locked)
            return {std::move(locked), connection.failure_kind()};
    Status status = body(transaction);
    if (const auto& failure = transaction.failure()) {
        // A body may have turned the refusal into an error of its own; when the store is at fault,
        // it does not know why.
        const FailureKind kind = connection.failure_kind();
        if (status || kind != FailureKind::refused) return {*failure, kind};
        return {std::move(status), FailureKind::none};
    }
    if (!status) return {std::move(status), FailureKind::none};
    if (mode == Mode::read) {
        connection.leave();
        return {};
    }
    if (Status committed = connection.commit(want_lsn); !committed)
        return {std::move(committed), connection.failure_kind()};
    return {};
}

bool is_portable_verb(std::string_view sql) noexcept {
    for (;;) {  // spaces and comments
        sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
        if (sql.starts_with("--")) {
            sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
        } else if (sql.starts_with("/*")) {
            const auto end = sql.find("*/");
            sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
        } else {
            break;
        }
    }
    const auto is = [&](std::string_view verb) {
        if (sql.size() < verb.size()) return false;
        for (std::size_t i = 0; i < verb.size(); ++i)
            if ((sql[i] | 0x20) != verb[i]) return false;
        const char next =
            sql.size() > verb.size() ? static_cast<char>(sql[verb.size()] | 0x20) : ' ';
        return (next < 'a' || next > 'z') && sql.substr(verb.size(), 1) != "_";
    };
    for (const std::string_view verb :
         {"select", "insert", "update", "delete", "with", "values", "create", "alter", "drop"})
        if (is(verb)) return true;
    return false;
}

}  // namespace kitchen::postgres
