#include "sqlite_connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <thread>

namespace kitchen::sqlite {

namespace {

constexpr const char* control_sql[] = {"BEGIN",           "BEGIN IMMEDIATE", "COMMIT",
                                       "ROLLBACK",        "SAVEPOINT body",  "RELEASE body",
                                       "ROLLBACK TO body"};
constexpr std::int64_t log_size_limit =
    64 << 20;  // bytes that an emptied write-ahead log may keep on disk

/// Of the types that store.h knows.
TransferTable::Type type_of(std::string_view declared) {
    if (declared == "BIGINT" || declared == "INTEGER") return TransferTable::Type::integer;
    if (declared == "DOUBLE PRECISION") return TransferTable::Type::real;
    return declared == "BLOB" ? TransferTable::Type::blob : TransferTable::Type::text;
}

/// Lets transactions and PRAGMA pass while it lives.
class OwnStatement {
public:
    explicit OwnStatement(bool& flag) noexcept : flag_(flag), before_(flag) { flag_ = true; }
    ~OwnStatement() { flag_ = before_; }
    OwnStatement(const OwnStatement&) = delete;
    OwnStatement& operator=(const OwnStatement&) = delete;

private:
    bool& flag_;
    bool before_;
};

}  // namespace

void Connection::Close::operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options,
                                                     const StatementTexts& texts) {
    std::unique_ptr<Connection> connection(new Connection(options, texts));
    const bool memory = options.role == Role::memory;
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                      SQLITE_OPEN_EXRESCODE |
                      (memory ? SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY : 0);
    const int code = sqlite3_open_v2(memory ? ":memory:" : options.path.c_str(), &raw, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    connection->db_.reset(raw);
    if (!raw) return to_error({SQLITE_NOMEM, 0, ""}, "");
    if (code != SQLITE_OK) return to_error(SqliteFailure::of(raw, code), "");
    if (Status done = connection->configure(options); !done) return std::move(done).error();
    return connection;
}

Connection::~Connection() {
    rollback();
    statements_.clear();
    controls_ = {};
}

Status Connection::configure(const ConnectionOptions& options) {
    sqlite3* db = db_.get();
    sqlite3_busy_handler(db, &on_busy, &busy_);
    // A name in double quotes that is no column would quietly become a text; PostgreSQL refuses it.
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);

    Rows rows;
    if (options.role == Role::writer) {
        // Two processes that switch a new file at once would wait for each other: SQLite says
        // busy without asking the handler.
        const auto deadline = std::chrono::steady_clock::now() + options.busy_timeout;
        for (;;) {
            Status done = pragma("PRAGMA journal_mode = WAL", rows);
            if (done) break;
            if (done.error().kind != Errc::busy || std::chrono::steady_clock::now() >= deadline)
                return done;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        if (rows.empty() || rows.front().text(0) != "wal") {
            return Error(Errc::unavailable, "store_no_wal",
                         "The file system of the database does not allow a write-ahead log. Put it "
                         "on a local disk.");
        }
    }
    std::vector<std::string> settings = {
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA case_sensitive_like = ON",  // as in PostgreSQL
        "PRAGMA cache_size = -" +
            std::to_string(std::max<std::int64_t>(options.cache_size / 1024, 64)),
        "PRAGMA journal_size_limit = " + std::to_string(log_size_limit),
    };
    if (options.role == Role::reader) settings.push_back("PRAGMA query_only = ON");
    for (const auto& setting : settings) {
        if (Status done = pragma(setting, rows); !done) return done;
    }
    if (options.max_size > 0) {
        if (Status done = pragma("PRAGMA page_size", rows); !done) return done;
        const auto pages = std::max<std::int64_t>(options.max_size / rows.front().integer(0), 1);
        if (Status done = pragma("PRAGMA max_page_count = " + std::to_string(pages), rows); !done)
            return done;
    }
    if (Status done = ping(); !done) return done;  // a file that is no database is found out here

    for (std::size_t i = 0; i < controls_.size(); ++i) {
        auto prepared = NativeStatement::prepare(db, control_sql[i], true);
        if (!prepared) return std::move(prepared).error();
        controls_[i] = *std::move(prepared);
    }
    sqlite3_set_authorizer(db, &on_authorize, this);
    own_statement_ = false;
    return {};
}

int Connection::on_busy(void* data, int count) noexcept {
    using namespace std::chrono;
    auto& busy = *static_cast<Busy*>(data);
    const auto now = steady_clock::now();
    if (count == 0) busy.deadline = now + busy.timeout;
    if (now >= busy.deadline) return 0;
    // SQLite's own handler backs off up to 100 ms and then loses every race against a writer that
    // never pauses. The odd microseconds keep two processes from polling in step.
    const auto jitter =
        microseconds(duration_cast<microseconds>(now.time_since_epoch()).count() % 701);
    const auto pause = microseconds(std::min(200 << std::min(count, 5), 5000)) + jitter;
    std::this_thread::sleep_for(std::min<nanoseconds>(pause, busy.deadline - now));
    return 1;
}

int Connection::on_authorize(void* self, int action, const char*, const char*, const char*,
                             const char*) noexcept {
    if (static_cast<Connection*>(self)->own_statement_) return SQLITE_OK;
    switch (action) {
        case SQLITE_TRANSACTION:  // would end the transactions of others in the group
        case SQLITE_SAVEPOINT:
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
        case SQLITE_PRAGMA: return SQLITE_DENY;
        default: return SQLITE_OK;
    }
}

Status Connection::control(Control what) {
    OwnStatement own(own_statement_);
    Rows none;
    SqliteFailure failure;
    return controls_[static_cast<std::size_t>(what)].run(db_.get(), {}, none, failure);
}

Status Connection::commit() {
    OwnStatement own(own_statement_);
    Rows none;
    SqliteFailure failure;
    Status done =
        controls_[static_cast<std::size_t>(Control::commit)].run(db_.get(), {}, none, failure);
    if (!done && (failure.code & 0xff) == SQLITE_IOERR && done.error().kind == Errc::unavailable) {
        // The last page may have reached the disk although the write or the sync was reported as
        // failed: after a crash it would count. It cannot be told here.
        done.error().code = "commit_unknown";
        done.error().detail =
            "The database failed while saving. Check whether the change is there before you try "
            "again.";
    }
    return done;
}

void Connection::rollback() noexcept {
    if (!db_ || !in_transaction()) return;
    try {
        (void)control(Control::rollback);
    } catch (const std::bad_alloc&) {  // of the error's text only: SQLite has rolled back
    }
}

Status Connection::undo_to_savepoint() {
    if (Status done = control(Control::undo); !done) return done;
    return control(Control::release);
}

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(db_.get()) == 0; }

bool Connection::breaks_references() const noexcept {
    int broken = 0;
    int unused = 0;
    sqlite3_db_status(db_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &unused, 0);
    return broken != 0;
}

Error Connection::named(Error error, const SqliteFailure& failure) {
    if ((failure.code & 0xff) != SQLITE_CONSTRAINT) return error;
    OwnStatement own(own_statement_);
    error.subject = name_constraint(db_.get(), failure);
    return error;
}

Status Connection::run(Statement statement, std::span<const Param> params, bool writable,
                       Rows& out) {
    if (statement.index >= statements_.size()) {
        if (!texts_.find(statement))
            return Error(Errc::internal, "store_statement", "A statement was never prepared.");
        statements_.resize(texts_.size());
    }
    NativeStatement& native = statements_[statement.index];
    if (!native.prepared()) {
        auto prepared = NativeStatement::prepare(db_.get(), *texts_.find(statement), true);
        if (!prepared) return std::move(prepared).error();
        native = *std::move(prepared);
    }
    if (!writable && !native.read_only()) {
        return Error(Errc::internal, "store_read_only",
                     "A statement that writes was run in a read.")
            .with_subject(std::string(native.sql()));
    }
    SqliteFailure failure;
    Status done = native.run(db_.get(), params, out, failure);
    if (!done) return named(std::move(done).error(), failure);
    return done;
}

Status Connection::run_text(std::string_view sql, std::span<const Param> params, Rows& out) {
    auto native = NativeStatement::prepare(db_.get(), sql, false);
    if (!native) return std::move(native).error();
    SqliteFailure failure;
    Status done = native->run(db_.get(), params, out, failure);
    if (!done) return named(std::move(done).error(), failure);
    return done;
}

Status Connection::script(std::string_view sql) {
    Rows rows;
    while (!sql.empty()) {
        std::string_view tail;
        auto native = NativeStatement::prepare(db_.get(), sql, false, &tail);
        if (!native) return std::move(native).error();
        SqliteFailure failure;
        if (native->prepared()) {
            if (Status done = native->run(db_.get(), {}, rows, failure); !done) {
                return named(std::move(done).error(), failure);
            }
        }
        sql = tail;
    }
    return {};
}

Status Connection::check(std::string_view sql) {
    auto native = NativeStatement::prepare(db_.get(), sql, false);
    if (!native) return std::move(native).error();
    return {};
}

Status Connection::pragma(const std::string& sql, Rows& out) {
    OwnStatement own(own_statement_);
    return run_text(sql, {}, out);
}

Result<std::vector<TransferTable>> Connection::tables() {
    OwnStatement own(own_statement_);
    Rows columns, references;
    if (Status done = run_text(
            "SELECT t.name, c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY t.name, "
            "c.cid",
            {}, columns);
        !done)
        return std::move(done).error();
    if (Status done = run_text("SELECT DISTINCT t.name, f.\"table\" FROM sqlite_schema t, "
                               "pragma_foreign_key_list(t.name) f "
                               "WHERE t.type = 'table' AND f.\"table\" <> t.name ORDER BY 1, 2",
                               {}, references);
        !done)
        return std::move(done).error();
    std::vector<TransferTable> tables;
    for (const Row row : columns) {
        if (tables.empty() || tables.back().name != row.text(0))
            tables.push_back({row.string(0), {}, {}});
        tables.back().columns.push_back({row.string(1), type_of(row.text(2))});
    }
    for (const Row row : references)
        for (TransferTable& table : tables)
            if (table.name == row.text(0)) table.references.push_back(row.string(1));
    return tables;
}

Status Connection::ping() {
    OwnStatement own(own_statement_);
    Rows rows;
    return run_text("SELECT count(*) FROM sqlite_schema", {}, rows);
}

Status Connection::quick_check() {
    Rows rows;
    if (Status done = pragma("PRAGMA quick_check(1)", rows); !done) return done;
    const std::string found = rows.empty() ? std::string() : rows.front().string(0);
    if (found == "ok") return {};
    return to_error({SQLITE_CORRUPT, 0, found}, "");
}

void Connection::checkpoint() noexcept {
    busy_.timeout = std::chrono::milliseconds(0);  // another process that still reads will do it
    sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

Status check_all(const StatementTexts& texts, Connection& connection) {
    for (std::uint32_t i = 0; const std::string* sql = texts.find({i}); ++i) {
        if (Status done = connection.check(*sql); !done) {
            if (done.error().kind == Errc::internal) done.error().subject = *sql;
            return done;
        }
    }
    return {};
}

}  // namespace kitchen::sqlite
