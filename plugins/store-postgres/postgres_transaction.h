// What a body is given and may run, and the steps around it.
//
// Thread-safety: one thread, the one that holds the connection.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "body_transaction.h"
#include "postgres_connection.h"

namespace kitchen::postgres {

class PostgresTransaction final : public BodyTransaction<Connection> {
public:
    using BodyTransaction::BodyTransaction;
    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        return unless_failed([&] { return connection_.run(statement, params, out); });
    }
};

using PostgresBody = std::function<Status(PostgresTransaction&)>;

/// How one run of a body ended.
struct Outcome {
    Status status;                         ///< what the caller gets when the body is not run again
    FailureKind kind = FailureKind::none;  ///< of the store; none when the body itself refused
};

/// Runs the body once and ends its transaction. An exception passes through once it is rolled back.
/// `hooks` are left to the caller; nullptr in a read.
Outcome run_once(Connection& connection, const PostgresBody& body, Mode mode, CommitHooks* hooks,
                 bool want_lsn = false, std::optional<Lsn> seen = std::nullopt);

/// True when the text begins like a statement of the portable subset. What ends or begins
/// transactions, or changes the session, is this store's business and not a body's.
bool is_portable_verb(std::string_view sql) noexcept;

}  // namespace kitchen::postgres
