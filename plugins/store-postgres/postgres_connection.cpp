#include "postgres_connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "postgres_transaction.h"

namespace kitchen::postgres {

namespace {

constexpr Milliseconds grace{
    1'000};  // for the reply of a server that has just reached its own time limit

constexpr auto ask_place_of_primary = "SELECT pg_current_wal_flush_lsn()::text";
constexpr auto ask_place_of_replica =
    "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text ELSE '' END";

/// pg_advisory_xact_lock: one migration at a time in a database. "kitchen" in bytes.
constexpr auto migration_lock = "SELECT pg_advisory_xact_lock(30231517230753134)::text";

const char* begin_text(Mode mode) noexcept {
    switch (mode) {
        // Not SERIALIZABLE READ ONLY: it can be refused, and is not to be had on a standby.
        case Mode::read: return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        case Mode::schema: return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
        case Mode::write_snapshot: return "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";
        case Mode::write: break;
    }
    return "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
}

std::string set_timeouts(const char* set, Milliseconds statement, Milliseconds lock,
                         const char* between) {
    return std::string(set) + "statement_timeout = " + std::to_string(statement.count()) + between +
           set + "lock_timeout = " + std::to_string(lock.count());
}

bool is_good(const ResultPtr& result) {
    if (!result) return false;
    const ExecStatusType status = PQresultStatus(result.get());
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

bool is_unsupported(const ResultPtr& result) {
    const char* state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
    return state && std::string_view(state) == "0A000";
}

std::string cell(const PGresult* result, int column) {
    return PQntuples(result) > 0
               ? std::string(PQgetvalue(result, 0, column),
                             static_cast<std::size_t>(PQgetlength(result, 0, column)))
               : std::string();
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& url, const Options& options,
                                                     const StatementTexts& texts, bool writes) {
    // A pooler cannot be asked for such a server.
    auto session = Session::connect(url, options, writes && !options.pgbouncer);
    if (!session) return std::move(session).error();
    std::unique_ptr<Connection> connection(
        new Connection(*std::move(session), options, texts, writes));
    if (Status done = connection->set_up(); !done) return std::move(done).error();
    return connection;
}

Status Connection::set_up() {
    if (options_.pgbouncer) return {};  // the session is another one in each transaction
    // A transaction whose client has vanished must not keep its locks; and what is acknowledged
    // must be on the disk, whatever the role's default is.
    const std::string sql =
        set_timeouts("SET ", options_.statement_timeout, options_.lock_timeout, "; ") +
        "; SET idle_in_transaction_session_timeout = " +
        std::to_string((options_.statement_timeout + grace).count()) +
        "; SELECT set_config('synchronous_commit', 'on', false) WHERE "
        "current_setting('synchronous_commit') = 'off'";
    const ResultPtr done = session_->script(sql, deadline());
    if (session_->broken() != Session::Broken::no) return broken();
    if (!is_good(done)) return fail(to_failure(done.get(), {}));
    return {};
}

Deadline Connection::deadline() const {
    return std::chrono::steady_clock::now() +
           (state_ != State::idle && mode_ == Mode::schema ? options_.migration_timeout
                                                           : options_.statement_timeout) +
           grace;
}

Error Connection::fail(Failure failure) {
    failure_kind_ = failure.kind;
    return std::move(failure.error);
}

Failure Connection::failure_of(const ResultPtr& result, std::string_view sql) const {
    Failure failure = to_failure(result.get(), sql);
    // A migration lets the others to the table, and comes again.
    if (mode_ == Mode::schema && failure.error.subject == lock_timeout_state)
        failure.kind = FailureKind::blocked;
    return failure;
}

Error Connection::broken() {
    if (session_->broken() == Session::Broken::late)
        return fail({timeout_error(), FailureKind::timeout});
    return fail({lost_error(session_->reason()), FailureKind::lost});
}

Error Connection::standby() {
    session_->abandon("the server is a standby");
    return broken();
}

void Connection::begin(Mode mode, std::optional<Lsn> seen) {
    state_ = State::pending;
    mode_ = mode;
    seen_ = seen;
    wrote_ = false;
    failure_kind_ = FailureKind::none;
    written_.reset();
}

Status Connection::describe(Prepared& prepared, std::string_view sql) {
    session_->queue_prepare(prepared.name.c_str(), std::string(sql).c_str());
    session_->queue_describe(prepared.name.c_str());
    session_->end_segment();
    ResultPtr results[2];
    if (!session_->receive(results, deadline())) return broken();
    for (const ResultPtr& result : results)
        if (!is_good(result)) return fail(to_failure(result.get(), sql));
    const PGresult* described = results[1].get();
    if (Status readable = check_columns(described, sql); !readable)
        return fail({std::move(readable).error(), FailureKind::refused});
    prepared.types.clear();
    for (int i = 0; i < PQnparams(described); ++i)
        prepared.types.push_back(PQparamtype(described, i));
    Rows::Names columns;
    for (int i = 0; i < PQnfields(described); ++i) columns.emplace_back(PQfname(described, i));
    prepared.columns = std::make_shared<const Rows::Names>(std::move(columns));
    return {};
}

Result<const Connection::Prepared*> Connection::learn(Statement statement, std::string_view& sql) {
    const std::string* text = texts_.find(statement);
    if (!text)
        return fail({statement_error("A statement was never prepared.", {}), FailureKind::refused});
    sql = *text;
    if (statement.index >= prepared_.size()) prepared_.resize(texts_.size());
    Prepared& prepared = prepared_[statement.index];
    if (prepared.known) return &prepared;
    if (!is_portable_verb(sql))
        return fail({statement_error("A statement begins with none of SELECT, INSERT, UPDATE, "
                                     "DELETE, WITH, VALUES, CREATE, ALTER, DROP.",
                                     sql),
                     FailureKind::refused});
    if (!options_.pgbouncer) prepared.name = "k" + std::to_string(statement.index);
    if (Status done = describe(prepared, sql); !done) return std::move(done).error();
    prepared.known = true;
    return &prepared;
}

std::size_t Connection::queue_opening() {
    if (state_ != State::pending) return 0;
    if (seen_) {  // a segment of its own: BEGIN's snapshot must be taken after it
        session_->queue(ask_place_of_replica);
        session_->end_segment();
    }
    std::size_t commands = 1;
    if (mode_ == Mode::read && writes_) {
        // A standby refuses it, behind a pooler that has not noticed too: it may lack what a read
        // must not miss.
        session_->queue(begin_text(Mode::write_snapshot));
        session_->queue("SET TRANSACTION READ ONLY");
        ++commands;
    } else {
        session_->queue(begin_text(mode_));
    }
    if (mode_ == Mode::write) {
        // What a sequential scan has read is the whole table, and every write to it a conflict.
        session_->queue("SET LOCAL enable_seqscan = off");
        ++commands;
    }
    const bool schema = mode_ == Mode::schema;
    if (!schema && !options_.pgbouncer) return commands;
    const auto set = [&](const char* name, Milliseconds value) {
        session_->queue(
            ("SET LOCAL " + std::string(name) + " = " + std::to_string(value.count())).c_str());
    };
    set("statement_timeout", schema ? options_.migration_timeout : options_.statement_timeout);
    set("lock_timeout", schema ? options_.migration_timeout : options_.lock_timeout);
    commands += 2;
    if (!schema) return commands;
    session_->queue(migration_lock);
    // What waits for a table stands before all others that come to it: shorter than they wait.
    set("lock_timeout", std::max(options_.lock_timeout / 2, Milliseconds(1)));
    return commands + 2;
}

Result<ResultPtr> Connection::exchange(std::size_t opening, std::string_view sql) {
    session_->end_segment();
    const bool begins = opening > 0;
    const Deadline until = deadline();
    if (begins) state_ = State::open;
    if (begins && seen_) {
        ResultPtr replay;
        if (!session_->receive({&replay, 1}, until)) return broken();
        replayed_ = is_good(replay) ? parse_lsn(cell(replay.get(), 0)).value_or(0) : 0;
    }
    ResultPtr results[6];
    if (!session_->receive(std::span(results, opening + 1), until)) return broken();
    for (std::size_t i = 0; i <= opening; ++i)
        if (!is_good(results[i])) {
            // A standby has no serializable transactions, and no others that may write.
            if (i < opening && writes_ && is_unsupported(results[i])) return standby();
            if (results[i] && PQresultStatus(results[i].get()) == PGRES_EMPTY_QUERY)
                return fail({statement_error("A statement is empty.", sql), FailureKind::refused});
            return fail(i == opening ? failure_of(results[i], sql)
                                     : to_failure(results[i].get(), {}));
        }
    if (!session_->in_transaction()) {
        state_ = State::idle;
        return fail({statement_error("A statement ended the transaction that it was part of.", sql),
                     FailureKind::refused});
    }
    if (begins && seen_ && replayed_ < *seen_)
        return fail({lost_error("the replica is behind"), FailureKind::behind});
    return std::move(results[opening]);
}

Status Connection::fill_from(Result<ResultPtr> result, std::string_view sql,
                             std::shared_ptr<const Rows::Names> columns, Rows& out) {
    out.reset(0);
    if (!result) {
        if (result.error().code == read_only_code && mode_ != Mode::read) return standby();
        return std::move(result).error();
    }
    if (std::string_view(PQcmdStatus(result->get())).substr(0, 6) != "SELECT") wrote_ = true;
    if (Status filled = fill(result->get(), sql, std::move(columns), out); !filled)
        return fail({std::move(filled).error(), FailureKind::refused});
    return {};
}

Status Connection::run(Statement statement, std::span<const Param> params, Rows& out) {
    out.reset(0);
    std::string_view sql;
    Result<const Prepared*> prepared = learn(statement, sql);
    if (!prepared) return std::move(prepared).error();
    if ((*prepared)->types.size() != params.size())
        return fail(
            {statement_error("A statement with " + std::to_string((*prepared)->types.size()) +
                                 " parameters was given " + std::to_string(params.size()) + ".",
                             sql),
             FailureKind::refused});
    parameters_.encode(params, (*prepared)->types);
    const std::size_t opening = queue_opening();
    if ((*prepared)->name.empty())
        session_->queue(std::string(sql).c_str(), &parameters_, (*prepared)->types);
    else
        session_->queue_prepared((*prepared)->name.c_str(), parameters_);
    return fill_from(exchange(opening, sql), sql, (*prepared)->columns, out);
}

Status Connection::run_text(std::string_view sql, std::span<const Param> params, Rows& out) {
    out.reset(0);
    if (Status opened = open_now(); !opened) return opened;
    Prepared unnamed;
    if (Status described = describe(unnamed, sql); !described) return described;
    if (unnamed.types.size() != params.size())
        return fail({statement_error("A statement was given the wrong number of parameters.", sql),
                     FailureKind::refused});
    parameters_.encode(params, unnamed.types);
    session_->queue(std::string(sql).c_str(), &parameters_, unnamed.types);
    return fill_from(exchange(0, sql), sql, unnamed.columns, out);
}

Status Connection::open_now() {
    if (state_ != State::pending) return {};
    const std::size_t opening = queue_opening();
    auto done = exchange(opening - 1, {});
    if (!done) return std::move(done).error();
    return {};
}

Status Connection::script(std::string_view sql) {
    if (Status opened = open_now(); !opened) return opened;
    wrote_ = true;
    const ResultPtr done = session_->script(std::string(sql), deadline());
    if (session_->broken() != Session::Broken::no) return broken();
    const bool empty = done && PQresultStatus(done.get()) == PGRES_EMPTY_QUERY;
    if (!empty && !is_good(done)) return fail(failure_of(done, sql));
    if (!session_->in_transaction()) {
        state_ = State::idle;
        return fail({statement_error("A script ended the transaction that it was part of.", sql),
                     FailureKind::refused});
    }
    return {};
}

Status Connection::commit(bool want_lsn) {
    if (state_ != State::open) {
        state_ = State::idle;
        return {};
    }
    if (!session_->is_alive()) return broken();  // so COMMIT has not been sent
    session_->queue("COMMIT");
    session_->end_segment();
    if (want_lsn) {
        session_->queue(ask_place_of_primary);
        session_->end_segment();
    }
    const Deadline until = deadline();
    state_ = State::idle;
    ResultPtr result;
    if (!session_->receive({&result, 1}, until)) {
        if (!wrote_) return broken();
        return fail({commit_unknown_error(session_->reason()),
                     session_->broken() == Session::Broken::late ? FailureKind::timeout
                                                                 : FailureKind::refused});
    }
    if (!is_good(result)) {
        Error refused = fail(to_failure(result.get(), "COMMIT"));
        if (want_lsn) (void)session_->receive({&result, 1}, until);
        return refused;
    }
    const bool committed = std::string_view(PQcmdStatus(result.get())) == "COMMIT";
    if (want_lsn && session_->receive({&result, 1}, until) && is_good(result))
        written_ = parse_lsn(cell(result.get(), 0));
    if (!committed)
        return fail({statement_error("A transaction that had failed was committed.", {}),
                     FailureKind::refused});
    return {};
}

void Connection::end(const char* how) noexcept {
    if (std::exchange(state_, State::idle) != State::open ||
        session_->broken() != Session::Broken::no)
        return;
    session_->queue(how);
    session_->end_segment();
    if (!session_->send_and_leave()) state_ = State::open;  // not fit any more: the pool closes it
}

Status Connection::check(Statement statement) {
    std::string_view sql;
    auto learnt = learn(statement, sql);
    if (!learnt) return std::move(learnt).error();
    return {};
}

Result<std::string> Connection::ask(const char* sql) {
    session_->queue(sql);
    session_->end_segment();
    ResultPtr result;
    if (!session_->receive({&result, 1}, deadline())) return broken();
    if (!is_good(result)) return fail(to_failure(result.get(), {}));
    return cell(result.get(), 0);
}

Status Connection::ping() {
    auto is_standby = ask("SELECT pg_is_in_recovery()::text");
    if (!is_standby) return std::move(is_standby).error();
    if (*is_standby == "true") return standby();
    return {};
}

Result<Lsn> Connection::ask_flushed() {
    auto place = ask(ask_place_of_primary);
    if (!place) return std::move(place).error();
    return parse_lsn(*place).value_or(0);
}

Result<Lsn> Connection::ask_replayed() {
    auto place = ask(ask_place_of_replica);
    if (!place) return std::move(place).error();
    return replayed_ = parse_lsn(*place).value_or(0);
}

Result<int> Connection::others() {
    const ResultPtr result = session_->script(
        options_.pgbouncer
            ? "SELECT count(*) FROM kitchen_turns WHERE job LIKE 'server %' AND held_until > "
              "extract(epoch FROM now()) * 1000"
            : "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
              "pid <> pg_backend_pid() AND application_name = current_setting('application_name')",
        deadline());
    if (session_->broken() != Session::Broken::no) return broken();
    if (!is_good(result)) return fail(to_failure(result.get(), {}));
    return std::atoi(cell(result.get(), 0).c_str());
}

Result<ServerFacts> Connection::facts() {
    const ResultPtr result = session_->script(
        "SELECT current_setting('server_version_num'), current_setting('server_encoding'), "
        "datcollate, "
        "current_setting('synchronous_commit') FROM pg_database WHERE datname = current_database()",
        deadline());
    if (session_->broken() != Session::Broken::no) return broken();
    if (!is_good(result)) return fail(to_failure(result.get(), {}));
    return ServerFacts{std::atoi(cell(result.get(), 0).c_str()), cell(result.get(), 1),
                       cell(result.get(), 2), cell(result.get(), 3)};
}

}  // namespace kitchen::postgres
