#include "postgres_transaction.h"

#include <stdexcept>

namespace kitchen::postgres {

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

Status PostgresTransaction::note(Status done) {
    if (!done) failure_ = Failure{done.error(), connection_.failure_kind()};
    return done;
}

Status PostgresTransaction::run(Statement statement, std::span<const Param> params, Rows& out) {
    if (failure_) return failure_->error;
    return note(connection_.run(statement, params, out));
}

void PostgresTransaction::after_commit(std::function<void()> hook) {
    if (!hooks_) throw std::logic_error("after_commit() in a read");
    hooks_->add(std::move(hook));
}

Status PostgresTransaction::script(std::string_view sql) {
    if (failure_) return failure_->error;
    return note(connection_.script(sql));
}

Status PostgresTransaction::run_text(std::string_view sql, std::span<const Param> params,
                                     Rows& out) {
    if (failure_) return failure_->error;
    return note(connection_.run_text(sql, params, out));
}

Outcome run_once(Connection& connection, const PostgresBody& body, Mode mode, CommitHooks* hooks,
                 bool want_lsn, std::optional<Lsn> seen) {
    connection.begin(mode, seen);
    RollbackUnlessOver guard(connection);
    PostgresTransaction transaction(connection, hooks);
    if (mode == Mode::schema)  // not even the body's own steps may run beside those of another
        if (Status locked = connection.open_now(); !locked)
            return {std::move(locked), connection.failure_kind()};
    Status status = body(transaction);
    if (const auto& failure = transaction.failure()) {
        // A body may have turned the refusal into an error of its own; when the store is at fault,
        // it does not know why.
        if (status || failure->kind != FailureKind::refused) return {failure->error, failure->kind};
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
