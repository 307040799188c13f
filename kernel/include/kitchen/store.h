// store/1: durable storage whose language is portable SQL.
//
// A feature plugin owns its tables and speaks the subset of SQL that SQLite 3.40 and PostgreSQL 15
// both accept:
// `$1` parameters, RETURNING, ON CONFLICT … DO UPDATE, CTEs, window functions, CHECK, foreign keys.
// Types are BIGINT, TEXT, DOUBLE PRECISION and the token {{blob}}; booleans are BIGINT 0/1, times
// BIGINT milliseconds, JSON is TEXT. Every unique rule is a `CREATE UNIQUE INDEX name`, so that
// Error::subject is that name on every store. Two tokens stand for what dialects spell differently,
// in migrations only: {{identity}} (a generated BIGINT primary key) and {{blob}}.
//
// Use: intern each statement once at start, keep the handle, run it in a body.
//
//     auto by_id = store.prepare("SELECT name, price FROM foods WHERE id = $1");
//     auto rows = store.read<Rows>([&](Transaction& tx) { return tx.query(by_id, {id}); });
//
// Thread-safety: Store, all calls from any thread. A Transaction belongs to the body it was given
// to. Ownership: the store belongs to its plugin and lives from that plugin's start until after
// every dependent has stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kitchen/result.h"
#include "kitchen/rows.h"

namespace kitchen {

/// Handle of an interned statement text: an index, valid for the store that gave it, for as long as
/// the store lives.
struct Statement {
    std::uint32_t index = UINT32_MAX;
};

/// A parameter. Text and blobs are views: they must outlive the call that takes them.
class Param {
public:
    enum class Kind : std::uint8_t { null, integer, real, text, blob };

    Param(std::nullptr_t) noexcept {}
    Param(bool v) noexcept : kind_(Kind::integer), integer_(v ? 1 : 0) {}
    Param(int v) noexcept : kind_(Kind::integer), integer_(v) {}
    Param(std::int64_t v) noexcept : kind_(Kind::integer), integer_(v) {}
    Param(double v) noexcept : kind_(Kind::real), real_(v) {}
    Param(std::string_view v) noexcept : kind_(Kind::text), bytes_(v) {}
    Param(const std::string& v) noexcept : Param(std::string_view(v)) {}
    Param(const char* v) noexcept : Param(std::string_view(v)) {}
    template <class T>
    Param(const std::optional<T>& v) noexcept : Param(nullptr) {
        if (v) *this = Param(*v);
    }
    static Param blob(std::string_view bytes) noexcept {
        Param p(bytes);
        p.kind_ = Kind::blob;
        return p;
    }

    Kind kind() const noexcept { return kind_; }
    std::int64_t integer() const noexcept { return integer_; }
    double real() const noexcept { return real_; }
    std::string_view bytes() const noexcept { return bytes_; }

private:
    Kind kind_ = Kind::null;
    std::int64_t integer_ = 0;
    double real_ = 0;
    std::string_view bytes_;
};

/// What a body works with. After any call has failed the transaction is doomed: return that error
/// from the body.
class Transaction {
public:
    /// Runs one statement and fills `out` with its rows (emptied first) and the number of rows
    /// changed.
    virtual Status run(Statement statement, std::span<const Param> params, Rows& out) = 0;

    /// Has `hook` called once this transaction is durable: to forget what was cached, to wake who
    /// waits. Hooks run in the order of these calls, on the thread that called transact() and
    /// before that returns; the transaction is over by then. Those of a run that was undone or
    /// repeated are dropped. They run after "commit_unknown" too, and not at all when the process
    /// dies in between, so a hook is a hint and never the effect itself. The caller waits for it:
    /// be short. What it throws changes nothing for the caller. Throws std::logic_error in a read.
    virtual void after_commit(std::function<void()> hook) = 0;

    Result<Rows> query(Statement statement, std::initializer_list<Param> params = {}) {
        return query(statement, std::span(params.begin(), params.size()));
    }
    Result<Rows> query(Statement statement, std::span<const Param> params) {
        Rows rows;
        if (Status done = run(statement, params, rows); !done) return std::move(done).error();
        return rows;
    }
    /// For a statement whose rows do not matter.
    Status execute(Statement statement, std::initializer_list<Param> params = {}) {
        Rows rows;
        return run(statement, std::span(params.begin(), params.size()), rows);
    }

protected:
    ~Transaction() = default;
};

/// What a migration works with: also text that was never prepared.
class SchemaTransaction : public Transaction {
public:
    /// Runs a script of several statements. Tokens are already replaced.
    virtual Status script(std::string_view sql) = 0;
    /// Runs one statement given as text.
    virtual Status run_text(std::string_view sql, std::span<const Param> params, Rows& out) = 0;

protected:
    ~SchemaTransaction() = default;
};

/// What a transaction that writes is protected from while others run beside it.
enum class Isolation : std::uint8_t {
    /// Nothing: its effect and what it read are as if it had run alone. What every body gets that
    /// does not ask for less.
    serializable,
    /// It reads one snapshot, and no other changes a row that it changes; but others may change or
    /// add rows that it only read. For a body that writes the row its decision rests on, and only
    /// where a measurement says that it is worth it. It also weakens the protection of other bodies
    /// that read what it writes. A store may give more.
    snapshot,
};

/// How old a read may be.
enum class Staleness : std::uint8_t {
    /// Not at all: it sees every commit that was acknowledged before it began, by any process. What
    /// every read gets that does not ask for less.
    none,
    /// It sees what this process committed, and what others did until a limit ago that the operator
    /// sets (store-postgres: `replica_max_lag`): so a copy may serve it, also while the original is
    /// away. For lists that many look at, and on which no right and no money rests. A store may
    /// give more.
    bounded,
};

/// How this store spells what the portable subset cannot.
struct Dialect {
    std::string_view name;      ///< "sqlite", "postgresql"
    std::string_view identity;  ///< replaces {{identity}}: column type and constraint of a
                                ///< generated BIGINT primary key
    std::string_view blob;      ///< replaces {{blob}}
};

class Store {
public:
    using Interface = Store;
    static constexpr std::string_view interface_name = "store/1";
    using Body = std::function<Status(Transaction&)>;

    virtual ~Store() = default;

    virtual Dialect dialect() const = 0;

    /// Interns a statement; the same text gives the same handle. Does not reach the backend:
    /// verify() does.
    virtual Statement prepare(std::string_view sql) = 0;

    /// Prepares every interned statement on the backend. The error's subject is the first text
    /// that it refuses, its code "store_no_table" when there is no table of a name in it. The
    /// kernel calls it once all plugins have started, so that a mistyped name is a start-up error
    /// and not a customer's.
    virtual Status verify() = 0;

    /// Runs the body on one consistent snapshot, read-only. May run it again after a lost
    /// connection. Errors: what the body returned; unavailable, busy, corrupt.
    Status read(const Body& body) { return read(body, Staleness::none); }
    virtual Status read(const Body& body, Staleness staleness) = 0;

    /// Runs the body atomically. Success means that it is durable; an error, that nothing happened,
    /// except `unavailable` with code "commit_unknown": the connection broke during COMMIT. The
    /// body may run more than once, and on another thread: it must not keep state from a previous
    /// run, wait for anything, or call the store itself. Errors: what the body returned (rolled
    /// back); unavailable, busy, storage_full, corrupt, or a constraint's.
    Status transact(const Body& body) { return transact(body, Isolation::serializable); }
    virtual Status transact(const Body& body, Isolation isolation) = 0;

    /// Like transact(), under a lock that only one process at a time can hold: for schema changes.
    virtual Status migrate(const std::function<Status(SchemaTransaction&)>& body) = 0;

    /// Whether read() waits for another process or machine, so that others had better work
    /// meanwhile. transact() always waits.
    virtual bool is_remote() const noexcept { return true; }

    /// Reaches the backend and returns; for health checks.
    virtual Status ping() = 0;

    /// read() and transact() for bodies that compute a value: `auto n =
    /// store.read<std::int64_t>([&](Transaction& tx) …)`.
    template <class T>
    Result<T> read(const std::function<Result<T>(Transaction&)>& body,
                   Staleness staleness = Staleness::none) {
        return with_value<T>(body, [this, staleness](const Body& b) { return read(b, staleness); });
    }
    template <class T>
    Result<T> transact(const std::function<Result<T>(Transaction&)>& body,
                       Isolation isolation = Isolation::serializable) {
        return with_value<T>(body,
                             [this, isolation](const Body& b) { return transact(b, isolation); });
    }

private:
    template <class T, class Run>
    static Result<T> with_value(const std::function<Result<T>(Transaction&)>& body, Run run) {
        std::optional<T> value;
        Status done = run([&](Transaction& tx) -> Status {
            value.reset();
            Result<T> result = body(tx);
            if (!result) return std::move(result).error();
            value.emplace(*std::move(result));
            return {};
        });
        if (!done) return std::move(done).error();
        return *std::move(value);
    }
};

}  // namespace kitchen
