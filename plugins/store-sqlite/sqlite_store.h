// store/1 on an SQLite file.
//
// Write-ahead log, foreign keys, synchronous=FULL. One thread writes and commits in groups: bodies
// that wait together share one COMMIT, each in a savepoint of its own, so that many callers pay for
// one fsync. A pool of connections reads beside it, each read on its own snapshot.
//
// Thread-safety: every call, from any thread, except open() and close(), which come from one.
// Ownership: values; nothing is shared with other stores, so many can live in one process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "sqlite_connection_pool.h"
#include "kitchen/settings.h"
#include "kitchen/store.h"
#include "kitchen/store_transfer.h"
#include "statement_texts.h"
#include "writer.h"

namespace kitchen::sqlite {

struct Options {
    std::filesystem::path path{};  ///< of the database file; missing folders and the file are made
    int readers = 4;               ///< connections that read
    std::chrono::milliseconds busy_timeout{
        5000};                        ///< longest wait for a lock, and for a free connection
    int group_limit = 64;             ///< bodies that share one COMMIT at most
    Bytes cache_size = mebibytes(4);  ///< page cache of each connection
    Bytes max_size{};                 ///< that the database may grow to; 0: as the disk allows
    bool check_on_start = false;      ///< reads the whole file at open() and refuses a damaged one
    std::string vfs{};  ///< SQLite's access to the operating system; empty: the usual one

    static void describe(Fields<Options>& field) {
        using namespace std::chrono_literals;
        field("path", &Options::path, "The database file; missing folders are made").required();
        field("readers", &Options::readers, "Connections that read at the same time")
            .between(1, 64);
        field("busy_timeout", &Options::busy_timeout,
              "Longest wait for a lock or a free connection")
            .between(10ms, 10min);
        field("group_limit", &Options::group_limit, "Transactions that share one COMMIT at most")
            .between(1, 1024);
        field("cache_size", &Options::cache_size, "Page cache of each connection")
            .between(kibibytes(64), gibibytes(4));
        field("max_size", &Options::max_size,
              "Size that the database may grow to; 0: as the disk allows");
        field("check_on_start", &Options::check_on_start,
              "Read the whole file at start and refuse a damaged one");
    }
};

struct Stats {
    std::uint64_t bodies = 0;   ///< transactions made durable since open()
    std::uint64_t commits = 0;  ///< COMMITs that they took
    std::size_t waiting = 0;    ///< transactions queued now, without those that run
};

class SqliteStore final : public Store, public StoreTransfer {
public:
    SqliteStore() = default;
    /// Of the file that will be opened: for alone().
    explicit SqliteStore(std::filesystem::path path) : path_(std::move(path)) {}
    ~SqliteStore() override;

    /// Opens or creates the file. Errors name it: corrupt (damaged, or no database at all),
    /// unavailable, busy, storage_full.
    Status open(const Options& options);
    /// Finishes what was queued, empties the write-ahead log into the file and lets go of it.
    /// Idempotent. Afterwards, and before open(), every call but prepare() gives
    /// unavailable.
    void close() noexcept;

    Dialect dialect() const override;
    bool is_remote() const noexcept override { return false; }
    Statement prepare(std::string_view sql) override { return texts_.intern(sql); }
    Status verify() override;
    Status read(const Body& body, Staleness staleness) override;
    Status transact(const Body& body, Isolation isolation) override;
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override;
    Status ping() override;
    Status reach() override;
    Status alone() override;
    Result<std::vector<TransferTable>> tables() override;
    Status adopt_ids(SchemaTransaction&, const TransferTable&) override {
        return {};
    }  // AUTOINCREMENT has seen them
    using Store::read;
    using Store::transact;

    Stats stats() const { return {writer_.bodies(), writer_.commits(), writer_.waiting()}; }

private:
    const std::filesystem::path path_;
    StatementTexts texts_;
    ConnectionPool readers_;
    Writer writer_;
};

/// An open store, for tests and tools. Throws std::runtime_error with the error's detail.
std::unique_ptr<Store> open_sqlite(const Options& options);
std::unique_ptr<Store> open_memory();  ///< a MemoryStore

}  // namespace kitchen::sqlite
