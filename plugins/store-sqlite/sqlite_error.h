// SQLite's result codes in the program's own vocabulary.
//
// Thread-safety: plain functions; the caller owns the connection.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/error.h"
#include "store_errors.h"

struct sqlite3;

namespace kitchen::sqlite {

/// What SQLite said about the last call, taken before anything else is run on the connection.
struct SqliteFailure {
    int code = 0;  ///< extended result code
    int system_errno = 0;
    std::string message;

    /// The last error of the connection.
    static SqliteFailure of(sqlite3* db, int code);
};

/// `sql` is the statement's text, for the log. Of the constraints only the kind is known here; see
/// name_constraint().
Error to_error(const SqliteFailure& failure, std::string_view sql);

/// The name of the constraint that refused: the unique index ("<table>_pkey" for a primary key),
/// the CHECK's name, or "table.column" of a NOT NULL; "" when SQLite does not say. Reads the schema
/// by PRAGMA on `db`.
std::string name_constraint(sqlite3* db, const SqliteFailure& failure);

}  // namespace kitchen::sqlite
