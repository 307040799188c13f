// One SQLite connection: opened the one way this store wants it, its transactions, and its prepared
// statements by number.
//
// Thread-safety: one thread at a time; the one that holds the connection (the writer, or a lease of
// the pool) is that thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "kitchen/store_transfer.h"
#include "native_statement.h"
#include "statement_texts.h"

struct sqlite3;

namespace kitchen::sqlite {

enum class Role : std::uint8_t {
    writer,  ///< of a file; opened first: switches the file to the write-ahead log
    reader,  ///< of a file; cannot change it
    memory,  ///< a database of its own, without a file
};

struct ConnectionOptions {
    Role role = Role::memory;
    std::string path{};  ///< absolute; not used in memory
    std::chrono::milliseconds busy_timeout{5000};
    std::int64_t cache_size = 4 << 20;
    std::int64_t max_size = 0;
    std::string vfs{};
};

class Connection {
public:
    /// `texts` must outlive the connection.
    static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options,
                                                    const StatementTexts& texts);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void set_busy_timeout(std::chrono::milliseconds timeout) noexcept { busy_.timeout = timeout; }

    Status begin_read() { return control(Control::begin_read); }
    Status begin_write() { return control(Control::begin_write); }
    /// On failure the transaction may still be open: roll back.
    Status commit();
    /// Does nothing when no transaction is open.
    void rollback() noexcept;
    /// One level is enough here.
    Status savepoint() { return control(Control::savepoint); }
    Status release() { return control(Control::release); }
    Status undo_to_savepoint();
    /// False also when SQLite rolled back by itself (disk full, I/O error).
    bool in_transaction() const noexcept;
    /// For the pool: one that comes back can always be lent again.
    bool is_fit() const noexcept { return true; }
    /// True when a deferred foreign key is broken now.
    bool breaks_references() const noexcept;

    /// Runs an interned statement. With `writable` false one that could change something is refused
    /// (internal).
    Status run(Statement statement, std::span<const Param> params, bool writable, Rows& out);
    Status run_text(std::string_view sql, std::span<const Param> params, Rows& out);
    /// Runs statements without parameters, one after the other.
    Status script(std::string_view sql);
    /// Compiles it and lets it go.
    Status check(std::string_view sql);

    /// Every table with its columns, by name.
    Result<std::vector<TransferTable>> tables();

    /// Reads something from the database file.
    Status ping();
    /// Reads all of it; corrupt when anything is wrong.
    Status quick_check();
    /// Moves the write-ahead log into the file and empties it, when no connection reads.
    void checkpoint() noexcept;

private:
    enum class Control : std::uint8_t {
        begin_read,
        begin_write,
        commit,
        rollback,
        savepoint,
        release,
        undo
    };
    struct Busy {
        std::chrono::milliseconds timeout;
        std::chrono::steady_clock::time_point deadline;
    };
    struct Close {
        void operator()(sqlite3* db) const noexcept;
    };

    Connection(const ConnectionOptions& options, const StatementTexts& texts) : texts_(texts) {
        busy_.timeout = options.busy_timeout;
    }
    Status configure(const ConnectionOptions& options);
    Status control(Control what);
    Status pragma(const std::string& sql, Rows& out);
    Error named(Error error, const SqliteFailure& failure);
    static int on_busy(void* busy, int count) noexcept;
    static int on_authorize(void* self, int action, const char*, const char*, const char*,
                            const char*) noexcept;

    const StatementTexts& texts_;
    Busy busy_;
    bool own_statement_ = true;  // transactions and PRAGMA are this class's business, not a body's
    std::unique_ptr<sqlite3, Close> db_;
    std::array<NativeStatement, 7> controls_;
    std::vector<NativeStatement>
        statements_;  // by Statement::index; those not used here yet are empty
};

/// Compiles every text on the connection; the error names the first that SQLite refuses.
Status check_all(const StatementTexts& texts, Connection& connection);

}  // namespace kitchen::sqlite
