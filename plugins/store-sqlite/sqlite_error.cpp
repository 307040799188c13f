#include "sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>

namespace kitchen::sqlite {

namespace {

bool no_room(const SqliteFailure& failure) noexcept {
    // The write-ahead index reports a full disk as a failed write.
    return (failure.code & 0xff) == SQLITE_FULL ||
           ((failure.code & 0xff) == SQLITE_IOERR &&
            (failure.system_errno == ENOSPC || failure.system_errno == EDQUOT));
}

Error constraint_error(int code) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return {Errc::unique, "unique", "Something with the same value exists already."};
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return {Errc::reference, "reference",
                    "Something that this refers to does not exist, or is still in use."};
        default:
            return {Errc::check, "check", "A value is missing or outside of what is accepted."};
    }
}

}  // namespace

SqliteFailure SqliteFailure::of(sqlite3* db, int code) {
    return {code, sqlite3_system_errno(db), sqlite3_errmsg(db)};
}

Error to_error(const SqliteFailure& failure, std::string_view sql) {
    using std::chrono::seconds;
    const std::string own_code = "sqlite " + std::to_string(failure.code);
    if (no_room(failure)) {
        return Error(Errc::storage_full, "storage_full",
                     "There is no room left to store this. Free some space on the server and try "
                     "again.")
            .with_subject(own_code);
    }
    switch (failure.code & 0xff) {
        case SQLITE_CONSTRAINT: return constraint_error(failure.code);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return Error(Errc::busy, "store_busy", "The database is busy. Try again in a moment.")
                .with_subject(own_code)
                .retry_in(seconds(1));
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Error(Errc::corrupt, "store_corrupt",
                         "The database file is damaged. Restore it from a backup.")
                .with_subject(own_code);
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return Error(Errc::unavailable, "store_unavailable",
                         "The database cannot be read or written. Try again later.")
                .with_subject(own_code + ", errno " + std::to_string(failure.system_errno))
                .retry_in(seconds(5));
        default:
            return Error(Errc::internal,
                         failure.message.starts_with("no such table") ? "store_no_table"
                                                                      : "store_statement",
                         "SQLite refused a statement: " + failure.message + ".")
                .with_subject(std::string(sql));
    }
}

}  // namespace kitchen::sqlite
