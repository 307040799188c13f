// One connection: its transactions, and its prepared statements by number.
//
// A transaction costs as few round trips as it can: BEGIN travels with the first statement, the end
// of a read and a ROLLBACK are not waited for. Behind a pooler that hands out sessions by
// transaction nothing is left in the session: statements have no name and settings are local to the
// transaction.
//
// Thread-safety: one thread at a time; the one that holds the lease of the pool.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "options.h"
#include "postgres_error.h"
#include "session.h"
#include "statement_texts.h"
#include "wire_value.h"

namespace kitchen::postgres {

enum class Mode : std::uint8_t {
    read,            ///< one snapshot, read-only
    write,           ///< serializable
    write_snapshot,  ///< one snapshot; no other writer changes what it changes
    schema,  ///< under the migration lock, each statement seeing what was committed before it
};

/// What open() wants to know of a server.
struct ServerFacts {
    int version = 0;  ///< 150020
    std::string encoding, collation, synchronous_commit;
};

class Connection {
public:
    /// `texts` and `options` must outlive it. With `writes`, the server is to be one that takes
    /// writes, and no transaction begins on another. See Session::connect().
    static Result<std::unique_ptr<Connection>> open(const std::string& url, const Options& options,
                                                    const StatementTexts& texts, bool writes);

    /// True when it can be lent: no transaction is open and the other side has not closed.
    bool is_fit() { return state_ == State::idle && session_->is_alive(); }

    /// Begins a transaction, in so far as the next call will send it. With `seen`, the first
    /// statement fails as `behind` on a server that has not replayed the log so far.
    void begin(Mode mode, std::optional<Lsn> seen = std::nullopt);
    /// Sends what begin() has put off: takes the migration lock. For Mode::schema only.
    Status open_now();
    Status run(Statement statement, std::span<const Param> params, Rows& out);
    Status run_text(std::string_view sql, std::span<const Param> params, Rows& out);
    /// Runs statements without parameters, one after the other.
    Status script(std::string_view sql);
    /// Success: durable. With `want_lsn`, written() tells afterwards how far the log had come. Does
    /// nothing when nothing was run.
    Status commit(bool want_lsn);
    /// Ends a read without waiting for the result.
    void leave() noexcept { end("COMMIT"); }
    /// Ends any transaction without waiting for the result. Does nothing when none is open.
    void rollback() noexcept { end("ROLLBACK"); }

    /// Of the last call that failed.
    FailureKind failure_kind() const noexcept { return failure_kind_; }
    std::optional<Lsn> written() const noexcept { return written_; }
    /// Where the replica was when it was last asked, by the test of begin() or ask_replayed().
    Lsn replayed() const noexcept { return replayed_; }

    /// Prepares an interned statement and keeps it.
    Status check(Statement statement);
    /// Error: unavailable, also for a server that takes no writes.
    Status ping();
    /// How far the primary's log has come. Error: unavailable, also for a standby.
    Result<Lsn> ask_flushed();
    /// How far a standby has replayed the log; 0 when the server takes writes.
    Result<Lsn> ask_replayed();
    Result<ServerFacts> facts();
    /// Other sessions of the same name in this database; behind a pooler, whose sessions stay when
    /// a server has gone, the servers that hold a lease (kitchen_turns).
    Result<int> others();

private:
    enum class State : std::uint8_t { idle, pending, open };
    struct Prepared {
        bool known = false;
        std::string name;  ///< empty behind a pooler
        std::vector<Oid> types;
        std::shared_ptr<const Rows::Names> columns;
    };

    Connection(std::unique_ptr<Session> session, const Options& options,
               const StatementTexts& texts, bool writes)
        : session_(std::move(session)), options_(options), texts_(texts), writes_(writes) {}
    Status set_up();
    Result<const Prepared*> learn(Statement statement, std::string_view& sql);
    /// Reads types and columns of prepared.name.
    Status describe(Prepared& prepared, std::string_view sql);
    void queue(const Prepared& prepared, const std::string& sql);
    /// Queues BEGIN and what belongs to it when the transaction is pending; gives the number of
    /// commands.
    std::size_t queue_opening();
    /// Sends what is queued, `opening` commands and one more, and gives the result of the last.
    Result<ResultPtr> exchange(std::size_t opening, std::string_view sql);
    /// Runs a statement without parameters, outside of a transaction, and gives its first value.
    Result<std::string> ask(const char* sql);
    Status fill_from(Result<ResultPtr> result, std::string_view sql,
                     std::shared_ptr<const Rows::Names> columns, Rows& out);
    Error fail(Failure failure);
    /// Of a statement, in a transaction that has begun.
    Failure failure_of(const ResultPtr& result, std::string_view sql) const;
    Error broken();
    /// A primary may come back as one: this connection is given up, another may find the new
    /// primary.
    Error standby();
    void end(const char* how) noexcept;
    Deadline deadline() const;

    std::unique_ptr<Session> session_;
    const Options& options_;
    const StatementTexts& texts_;
    const bool writes_;
    std::vector<Prepared> prepared_;  // by Statement::index
    Parameters parameters_;
    State state_ = State::idle;
    Mode mode_ = Mode::read;
    std::optional<Lsn> seen_;
    bool wrote_ = false;
    FailureKind failure_kind_ = FailureKind::none;
    std::optional<Lsn> written_;
    Lsn replayed_ = 0;
};

}  // namespace kitchen::postgres
