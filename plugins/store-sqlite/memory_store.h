// store/1 on SQLite without a file: for tests. Nothing outlives close().
//
// There is one connection, and the caller that holds it reads or writes: bodies run one after the
// other, on the caller's thread. A second connection to a database in memory could not read beside
// a writer (there is no write-ahead log without a file).
//
// Thread-safety: every call, from any thread, except open() and close(), which come from one.
// Ownership: values; nothing is shared with other stores.
#pragma once

#include <chrono>

#include "sqlite_connection_pool.h"
#include "kitchen/store.h"
#include "kitchen/store_transfer.h"
#include "sqlite_transaction.h"
#include "statement_texts.h"

namespace kitchen::sqlite {

class MemoryStore final : public Store, public StoreTransfer {
public:
    MemoryStore() = default;
    ~MemoryStore() override { close(); }

    /// Makes an empty database. `patience`: the longest wait for other bodies, then busy.
    Status open(std::chrono::milliseconds patience = std::chrono::seconds(30));
    /// Forgets everything. Idempotent. Afterwards, and before open(), every call but prepare() is
    /// given unavailable.
    void close() noexcept { pool_.close(); }

    Dialect dialect() const override;
    bool is_remote() const noexcept override { return false; }
    Statement prepare(std::string_view sql) override { return texts_.intern(sql); }
    Status verify() override;
    Status read(const Body& body, Staleness staleness) override;
    Status transact(const Body& body, Isolation isolation) override;
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override;
    Status ping() override;
    Status reach() override { return {}; }
    Status alone() override { return {}; }  // no other process can reach it
    Result<std::vector<TransferTable>> tables() override;
    Status adopt_ids(SchemaTransaction&, const TransferTable&) override {
        return {};
    }  // AUTOINCREMENT has seen them
    using Store::read;
    using Store::transact;

private:
    Status write(const SqliteBody& body);

    StatementTexts texts_;
    ConnectionPool pool_;
};

}  // namespace kitchen::sqlite
