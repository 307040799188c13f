// What a body is given, and the steps around it.
//
// Thread-safety: one thread, the one that holds the connection.
#pragma once

#include <functional>

#include "body_transaction.h"
#include "sqlite_connection.h"

namespace kitchen::sqlite {

class SqliteTransaction final : public BodyTransaction<Connection> {
public:
    using BodyTransaction::BodyTransaction;
    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        return unless_failed(
            [&] { return connection_.run(statement, params, hooks_ != nullptr, out); });
    }
    /// What becomes of a body's result: success after a failed call, or with a broken deferred
    /// reference, is a failure.
    Status settle(Status result) const;
};

using SqliteBody = std::function<Status(SqliteTransaction&)>;

/// Runs the body on a snapshot. An exception passes through once the snapshot has been let go.
Status run_read(Connection& connection, const SqliteBody& body);

/// Runs the body in a transaction of its own: committed, or rolled back. An exception passes
/// through once it is rolled back. Leaves the hooks to the caller.
Status run_write(Connection& connection, const SqliteBody& body, CommitHooks& hooks);

}  // namespace kitchen::sqlite
