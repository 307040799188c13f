// What a body is given, and the steps around it.
//
// Thread-safety: one thread, the one that holds the connection.
#pragma once

#include <functional>
#include <optional>

#include "postgres_connection.h"
#include "kitchen/commit_hooks.h"
#include "kitchen/store.h"

namespace kitchen::postgres {

/// Remembers the first failure and gives it to every later call.
class PostgresTransaction final : public SchemaTransaction {
public:
    /// `hooks` takes what is to run after the commit, emptied first; nullptr: it only reads.
    PostgresTransaction(Connection& connection, CommitHooks* hooks) noexcept
        : connection_(connection), hooks_(hooks) {
        if (hooks_) hooks_->clear();
    }

    Status run(Statement statement, std::span<const Param> params, Rows& out) override;
    void after_commit(std::function<void()> hook) override;
    Status script(std::string_view sql) override;
    Status run_text(std::string_view sql, std::span<const Param> params, Rows& out) override;

    const std::optional<Failure>& failure() const noexcept { return failure_; }

private:
    Status note(Status done);
    Connection& connection_;
    CommitHooks* hooks_;
    std::optional<Failure> failure_;
};

using PostgresBody = std::function<Status(PostgresTransaction&)>;

/// How one run of a body ended.
struct Outcome {
    Status status;                         ///< what the caller gets when the body is not run again
    FailureKind kind = FailureKind::none;  ///< of the store; none when the body itself refused
};

/// Runs the body once and ends its transaction. An exception passes through once it is rolled back.
/// `hooks` are left to the caller; nullptr in a read.
Outcome run_once(Connection& connection, const PostgresBody& body, Mode mode, CommitHooks* hooks,
                 bool want_lsn = false, std::optional<Lsn> seen = std::nullopt);

}  // namespace kitchen::postgres
