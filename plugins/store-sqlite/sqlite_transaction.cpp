#include "sqlite_transaction.h"

#include <sqlite3.h>

namespace kitchen::sqlite {

Status SqliteTransaction::settle(Status result) const {
    if (!result) return result;
    if (failure()) return *failure();
    if (hooks_ && connection_.breaks_references()) {
        return to_error({SQLITE_CONSTRAINT_FOREIGNKEY, 0, ""}, "");
    }
    return result;
}

Status run_read(Connection& connection, const SqliteBody& body) {
    if (Status begun = connection.begin_read(); !begun) return begun;
    const RollbackUnlessOver guard(connection);
    SqliteTransaction transaction(connection, nullptr);
    Status result = transaction.settle(body(transaction));
    if (result)
        (void)connection.commit();  // there is nothing to lose; the guard ends it if this could not
    return result;
}

Status run_write(Connection& connection, const SqliteBody& body, CommitHooks& hooks) {
    if (Status begun = connection.begin_write(); !begun) return begun;
    const RollbackUnlessOver guard(connection);
    SqliteTransaction transaction(connection, &hooks);
    if (Status result = transaction.settle(body(transaction)); !result) return result;
    return connection.commit();
}

}  // namespace kitchen::sqlite
