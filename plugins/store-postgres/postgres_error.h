// PostgreSQL's refusals in the program's own vocabulary.
//
// Thread-safety: plain functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/error.h"
#include "store_errors.h"

struct pg_result;

namespace kitchen::postgres {

/// Error::code of a statement that writes where only reading is allowed.
inline constexpr std::string_view read_only_code = "store_read_only";
/// Error::subject of a statement that has waited too long for a lock: its SQLSTATE.
inline constexpr std::string_view lock_timeout_state = "55P03";

/// What a failure means for the transaction and the connection.
enum class FailureKind : std::uint8_t {
    none,
    refused,   ///< the transaction is over; running it again would end the same way
    conflict,  ///< with another transaction: running it again may succeed
    stale,  ///< a prepared statement outlived a change of the schema: running it again will succeed
    blocked,  ///< another transaction kept a table from a migration: running it again may succeed
    behind,   ///< a replica has not seen yet what this process has written
    lost,     ///< the connection is gone, and COMMIT was not sent
    timeout,  ///< no reply in time: the connection is given up
};

struct Failure {
    Error error;
    FailureKind kind = FailureKind::refused;
};

/// What the server reported. `sql` is the statement's text, for the log.
Failure to_failure(const pg_result* result, std::string_view sql);
/// By SQLSTATE alone; `message` is shown only where it can hold nothing but names of the schema.
Failure to_failure(std::string_view sqlstate, std::string_view message, std::string_view sql);

/// The connection broke. `why` is for the log: never the url.
Error lost_error(std::string why);
/// No reply within the time of a statement.
Error timeout_error();
/// The connection broke during COMMIT.
Error commit_unknown_error(std::string why);
Error conflict_error(std::string sqlstate);
/// A statement that cannot be right.
Error statement_error(std::string detail, std::string_view sql);

}  // namespace kitchen::postgres
