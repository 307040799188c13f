#include "postgres_transaction.h"

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

}  // namespace kitchen::postgres
