#include "postgres_error.h"

#include <libpq-fe.h>

namespace kitchen::postgres {

namespace {

using std::chrono::seconds;

std::string field(const PGresult* result, int code) {
    const char* text = result ? PQresultErrorField(result, code) : nullptr;
    return text ? text : "";
}

}  // namespace

Error lost_error(std::string why) {
    return Error(Errc::unavailable, "store_unavailable",
                 "The database cannot be reached. Try again in a moment.")
        .with_subject(std::move(why))
        .retry_in(seconds(2));
}

Error timeout_error() {
    return Error(Errc::unavailable, "store_timeout",
                 "The database does not respond. Try again in a moment.")
        .with_subject("no reply in time")
        .retry_in(seconds(5));
}

Error commit_unknown_error(std::string why) {
    return Error(Errc::unavailable, "commit_unknown",
                 "The connection to the database broke while saving. Check whether the change is "
                 "there before you try again.")
        .with_subject(std::move(why))
        .retry_in(seconds(2));
}

Error conflict_error(std::string sqlstate) {
    return Error(Errc::busy, "store_busy",
                 "Too many changes were made to the same thing at once. Try again in a moment.")
        .with_subject(std::move(sqlstate))
        .retry_in(seconds(1));
}

Error statement_error(std::string detail, std::string_view sql) {
    return Error(Errc::internal, "store_statement", std::move(detail))
        .with_subject(std::string(sql));
}

Failure to_failure(std::string_view sqlstate, std::string_view message, std::string_view sql) {
    const std::string state(sqlstate);
    const auto is_class = [&](std::string_view two) { return sqlstate.starts_with(two); };
    const auto unavailable = [&](FailureKind kind) { return Failure{lost_error(state), kind}; };

    if (state == "40001" || state == "40P01") return {conflict_error(state), FailureKind::conflict};
    if (state == "23505" || state == "23P01")
        return {Error(Errc::unique, "unique", "Something with the same value exists already."),
                FailureKind::refused};
    if (state == "23503" || state == "23001")
        return {Error(Errc::reference, "reference",
                      "Something that this refers to does not exist, or is still in use."),
                FailureKind::refused};
    if (is_class("23"))
        return {Error(Errc::check, "check", "A value is missing or outside of what is accepted."),
                FailureKind::refused};
    if (state == lock_timeout_state || state == "57014")  // statement_timeout
        return {Error(Errc::busy, "store_busy", "The database is busy. Try again in a moment.")
                    .with_subject(state)
                    .retry_in(seconds(1)),
                FailureKind::refused};
    if (state == "53100")
        return {
            Error(
                Errc::storage_full, "storage_full",
                "There is no room left to store this. Free some space on the server and try again.")
                .with_subject(state),
            FailureKind::refused};
    // The server ends the session; a statement in it was not committed.
    if (is_class("08") || state == "57P01" || state == "57P02" || state == "57P03" ||
        state == "57P05" || state == "25P03")
        return unavailable(FailureKind::lost);
    if (is_class("53") || is_class("58") || state == "57P04" || state == "3D000" || is_class("28"))
        return unavailable(FailureKind::refused);
    if (state == "XX001" || state == "XX002")
        return {Error(Errc::corrupt, "store_corrupt",
                      "The database is damaged. Restore it from a backup.")
                    .with_subject(state),
                FailureKind::refused};
    if (state == "22021" || state == "22P05")
        return {Error(Errc::unprocessable, "text_not_storable",
                      "A text holds characters that cannot be stored.")
                    .with_subject(state),
                FailureKind::refused};
    if (state == "25006")
        return {Error(Errc::internal, std::string(read_only_code),
                      "A statement that writes was run in a read.")
                    .with_subject(std::string(sql)),
                FailureKind::refused};
    // Class 42 is about names and grammar, so its message repeats no value; others may.
    std::string detail = "PostgreSQL refused a statement (SQLSTATE " + state + ").";
    if (is_class("42"))
        detail = "PostgreSQL refused a statement: " + std::string(message) + " (SQLSTATE " + state +
                 ").";
    if (state == "26000" || state == "42P05")
        detail += " When a pooler stands in between, configure the store with pgbouncer: true.";
    Error refused = statement_error(std::move(detail), sql);
    if (state == "42P01") refused.code = "store_no_table";
    return {std::move(refused), FailureKind::refused};
}

Failure to_failure(const PGresult* result, std::string_view sql) {
    const std::string state = field(result, PG_DIAG_SQLSTATE);
    if (state.empty()) return {lost_error("the connection was closed"), FailureKind::lost};
    Failure failure = to_failure(state, field(result, PG_DIAG_MESSAGE_PRIMARY), sql);
    Error& error = failure.error;
    if (error.kind == Errc::unique || error.kind == Errc::reference || error.kind == Errc::check) {
        error.subject = field(result, PG_DIAG_CONSTRAINT_NAME);
        if (state == "23502")
            error.subject =
                field(result, PG_DIAG_TABLE_NAME) + "." + field(result, PG_DIAG_COLUMN_NAME);
    }
    // "cached plan must not change result type": the only refusal of that kind that goes away
    // when the statement is prepared again.
    if (state == "0A000" && field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery")
        failure.kind = FailureKind::stale;
    const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if ((severity == "FATAL" || severity == "PANIC") && failure.kind == FailureKind::refused)
        failure.kind = FailureKind::lost;
    return failure;
}

}  // namespace kitchen::postgres
