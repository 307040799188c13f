#include "sqlite_transaction.h"

#include <sqlite3.h>

#include <stdexcept>

namespace kitchen::sqlite {

namespace {

class RollbackUnlessOver {
public:
    explicit RollbackUnlessOver(Connection& connection) noexcept : connection_(connection) {}
    ~RollbackUnlessOver() { connection_.rollback(); }
    RollbackUnlessOver(const RollbackUnlessOver&) = delete;
    RollbackUnlessOver& operator=(const RollbackUnlessOver&) = delete;

private:
    Connection& connection_;
};

}  // namespace

Status SqliteTransaction::note(Status done) {
    if (!done) failure_ = done.error();
    return done;
}

Status SqliteTransaction::run(Statement statement, std::span<const Param> params, Rows& out) {
    if (failure_) return *failure_;
    return note(connection_.run(statement, params, hooks_ != nullptr, out));
}

void SqliteTransaction::after_commit(std::function<void()> hook) {
    if (!hooks_) throw std::logic_error("after_commit() in a read");
    hooks_->add(std::move(hook));
}

Status SqliteTransaction::script(std::string_view sql) {
    if (failure_) return *failure_;
    return note(connection_.script(sql));
}

Status SqliteTransaction::run_text(std::string_view sql, std::span<const Param> params, Rows& out) {
    if (failure_) return *failure_;
    return note(connection_.run_text(sql, params, out));
}

Status SqliteTransaction::settle(Status result) const {
    if (!result) return result;
    if (failure_) return *failure_;
    if (hooks_ && connection_.breaks_references()) {
        return to_error({SQLITE_CONSTRAINT_FOREIGNKEY, 0, ""}, "");
    }
    return result;
}

Status run_read(Connection& connection, const SqliteBody& body) {
    if (Status begun = connection.begin_read(); !begun) return begun;
    RollbackUnlessOver guard(connection);
    SqliteTransaction transaction(connection, nullptr);
    Status result = transaction.settle(body(transaction));
    if (result)
        (void)connection.commit();  // there is nothing to lose; the guard ends it if this could not
    return result;
}

Status run_write(Connection& connection, const SqliteBody& body, CommitHooks& hooks) {
    if (Status begun = connection.begin_write(); !begun) return begun;
    RollbackUnlessOver guard(connection);
    SqliteTransaction transaction(connection, &hooks);
    if (Status result = transaction.settle(body(transaction)); !result) return result;
    return connection.commit();
}

}  // namespace kitchen::sqlite
