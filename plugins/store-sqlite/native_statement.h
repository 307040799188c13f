// One prepared statement of one connection.
//
// Thread-safety: belongs to its connection, which belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "kitchen/rows.h"
#include "kitchen/store.h"
#include "sqlite_error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kitchen::sqlite {

class NativeStatement {
public:
    NativeStatement() = default;

    /// Compiles one statement. `tail`, when given, receives what follows it, and nothing is
    /// prepared from a text that holds only spaces and comments (then prepared() is false); without
    /// `tail` exactly one statement is accepted. `keep` for those that stay. Errors: internal when
    /// it is wrong; busy, unavailable, corrupt when the schema cannot be read.
    static Result<NativeStatement> prepare(sqlite3* db, std::string_view sql, bool keep,
                                           std::string_view* tail = nullptr);

    bool prepared() const noexcept { return handle_ != nullptr; }
    /// True when it cannot change the database.
    bool read_only() const noexcept { return read_only_; }
    std::string_view sql() const noexcept;

    /// Binds by number, steps to the end, fills `out`, and leaves the statement reset and unbound,
    /// whatever happens. On failure `failure` says why; the error has no constraint name yet.
    Status run(sqlite3* db, std::span<const Param> params, Rows& out, SqliteFailure& failure);

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    Status read_parameters(std::string_view sql);
    int bind(std::span<const Param> params) noexcept;
    int step(Rows& out);
    void read_columns();

    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    // SQLite takes `$7` for a name and numbers names as they come: position i holds parameter
    // numbers_[i] (both from 0).
    std::vector<std::uint32_t> numbers_;
    std::uint32_t parameters_ = 0;
    std::shared_ptr<const Rows::Names> columns_;  // of the last run
    bool read_only_ = true;
};

}  // namespace kitchen::sqlite
