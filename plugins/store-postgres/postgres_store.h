// store/1 on PostgreSQL.
//
// A pool of connections, each with the statements it has prepared. transact() runs its body again,
// with full jitter, after a conflict and after a connection that was lost before COMMIT; reads
// that may be stale go to the replicas that may serve them (replicas.h).
//
// Thread-safety: every call, from any thread, except open() and close(), which come from one.
// Ownership: values; nothing is shared with other stores, so many can live in one process.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "jitter.h"
#include "conflict_gate.h"
#include "postgres_connection_pool.h"
#include "kitchen/log.h"
#include "kitchen/store.h"
#include "kitchen/store_transfer.h"
#include "options.h"
#include "postgres_transaction.h"
#include "replicas.h"
#include "statement_texts.h"

namespace kitchen::postgres {

struct Stats {
    std::uint64_t conflicts = 0;  ///< runs of bodies that lost against another transaction
};

class PostgresStore final : public Store, public StoreTransfer {
public:
    PostgresStore() = default;
    /// What will be opened: for alone().
    explicit PostgresStore(const Options& options) : options_(options) {}
    ~PostgresStore() override;

    /// Waits until the database responds, at most for start_timeout, and says in `log` (which must
    /// outlive the store, or be null) that it waits. Errors name the place and the reason and never
    /// hold a password.
    Status open(const Options& options, Logger* log = nullptr);
    /// Waits for what runs and closes every connection. Idempotent. Afterwards, and before open(),
    /// every call but prepare() gives unavailable.
    void close() noexcept;

    Dialect dialect() const override;
    Statement prepare(std::string_view sql) override { return texts_.intern(sql); }
    Status verify() override;
    Status read(const Body& body, Staleness staleness) override;
    Status transact(const Body& body, Isolation isolation) override;
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override;
    Status ping() override;

    // To be called every Options::replica_interval() when there are replicas. Both block.
    /// Notes how far the primary's log has come. No replica serves reads before the first time.
    /// `now` comes from one clock that never goes back. Error: unavailable.
    Status follow_primary(LogNotes::Time now);
    /// Sees whether a replica may serve reads; counted from 0.
    void look_at_replica(std::size_t index) { replicas_.look(index); }
    ReplicaState replica(std::size_t index) const { return replicas_.state(index); }

    // store-transfer/1, postgres_transfer.cpp: what the catalogue says of the tables of the current
    // schema, and identity columns that go on after rows with ids of their own.
    Status reach() override;
    Status alone() override;
    Result<std::vector<TransferTable>> tables() override;
    Status adopt_ids(SchemaTransaction& tx, const TransferTable& table) override;
    using Store::read;
    using Store::transact;

    Stats stats() const { return {conflicts_.load()}; }

private:
    class Tries;
    bool held_here() const { return primary_.held_here() || replicas_.held_here(); }
    Result<std::unique_ptr<Connection>> first_connection(Logger* log) const;
    Status check_server(Connection& connection, Logger* log) const;
    Status write(const PostgresBody& body, Mode mode);

    StatementTexts texts_;
    Options options_;
    Jitter jitter_;
    ConnectionPool primary_{"primary", true, texts_, jitter_};
    Replicas replicas_{texts_, jitter_};
    ConflictGate gate_;
    std::atomic<std::uint64_t> conflicts_{0};
};

}  // namespace kitchen::postgres
