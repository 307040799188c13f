// What a body is given, and the steps around it.
//
// Thread-safety: one thread, the one that holds the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "sqlite_connection.h"
#include "kitchen/commit_hooks.h"
#include "kitchen/store.h"

namespace kitchen::sqlite {

/// Remembers the first failure and gives it to every later call.
class SqliteTransaction final : public SchemaTransaction {
public:
    /// `hooks` takes what is to run after the commit, emptied first; nullptr: it only reads.
    SqliteTransaction(Connection& connection, CommitHooks* hooks) noexcept
        : connection_(connection), hooks_(hooks) {
        if (hooks_) hooks_->clear();
    }

    Status run(Statement statement, std::span<const Param> params, Rows& out) override;
    void after_commit(std::function<void()> hook) override;
    Status script(std::string_view sql) override;
    Status run_text(std::string_view sql, std::span<const Param> params, Rows& out) override;

    /// What becomes of a body's result: success after a failed call, or with a broken deferred
    /// reference, is a failure.
    Status settle(Status result) const;

private:
    Status note(Status done);
    Connection& connection_;
    CommitHooks* hooks_;
    std::optional<Error> failure_;
};

using SqliteBody = std::function<Status(SqliteTransaction&)>;

/// Runs the body on a snapshot. An exception passes through once the snapshot has been let go.
Status run_read(Connection& connection, const SqliteBody& body);

/// Runs the body in a transaction of its own: committed, or rolled back. An exception passes
/// through once it is rolled back. Leaves the hooks to the caller.
Status run_write(Connection& connection, const SqliteBody& body, CommitHooks& hooks);

}  // namespace kitchen::sqlite
