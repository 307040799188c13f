#include "postgres_store.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <thread>

namespace kitchen::postgres {

namespace {

using std::chrono::steady_clock;

constexpr int first_version = 150000;
constexpr Milliseconds gate_patience{250};
constexpr Milliseconds between_blocked{1'000};
constexpr int runs_side_by_side = 2;  // after so many lost runs a body runs alone

}  // namespace

/// Decides whether and when a body runs once more.
class PostgresStore::Tries {
public:
    Tries(const Options& options, Jitter& jitter)
        : options_(options), jitter_(jitter), until_(steady_clock::now() + options.retry_time) {}

    /// Runs that ended in a conflict.
    int conflicts() const noexcept { return conflicts_; }
    bool lost() const noexcept { return lost_; }

    /// Waits a little and says true when the body should run again.
    bool again(FailureKind kind) {
        if (kind == FailureKind::blocked) return again_when_unblocked();
        if (kind != FailureKind::conflict && kind != FailureKind::lost &&
            kind != FailureKind::stale)
            return false;
        if (++runs_ >= options_.retry_attempts) return false;
        Milliseconds pause{0};
        if (kind == FailureKind::conflict)
            pause = jitter_.pause(conflicts_++, Milliseconds(4), Milliseconds(250));
        if (kind == FailureKind::lost) {
            pause = jitter_.pause(losses_++, Milliseconds(20), Milliseconds(1000));
            lost_ = true;
        }
        if (steady_clock::now() + pause >= until_) return false;
        std::this_thread::sleep_for(pause);
        return true;
    }

private:
    bool again_when_unblocked() {
        const auto now = steady_clock::now();
        if (!blocked_until_) blocked_until_ = now + options_.migration_timeout;
        if (now + between_blocked >= *blocked_until_) return false;
        std::this_thread::sleep_for(between_blocked);
        return true;
    }

    const Options& options_;
    Jitter& jitter_;
    const steady_clock::time_point until_;
    std::optional<steady_clock::time_point> blocked_until_;
    int runs_ = 0, conflicts_ = 0, losses_ = 0;
    bool lost_ = false;
};

void Options::check(const Options& options, Problems& problems) {
    if (const std::string fault = fault_of_url(options.url); !fault.empty())
        problems.at(options.url, "cannot be used: " + fault);
    for (std::size_t i = 0; i < options.replica_urls.size(); ++i)
        if (const std::string fault = fault_of_url(options.replica_urls[i]); !fault.empty())
            problems.at(options.replica_urls,
                        "item " + std::to_string(i + 1) + " cannot be used: " + fault);
}

PostgresStore::~PostgresStore() { close(); }

Status PostgresStore::open(const Options& options, Logger* log) {
    options_ = options;
    if (const std::string fault = fault_of_url(options_.url); !fault.empty())
        return Error(Errc::unavailable, "store_open", "url cannot be used: " + fault + ".");
    auto first = first_connection(log);
    if (!first) return std::move(first).error();
    if (Status fits = check_server(**first, log); !fits) return fits;
    replicas_.open(options_, log);
    primary_.open(options_.url, options_, log, *std::move(first));
    return {};
}

Result<std::unique_ptr<Connection>> PostgresStore::first_connection(Logger* log) const {
    const std::string place = place_of(options_.url);
    const auto until = steady_clock::now() + options_.start_timeout;
    Jitter jitter;
    for (int failures = 0;; ++failures) {
        auto made = Connection::open(options_.url, options_, texts_, true);
        if (made) return made;
        const std::string reason = made.error().subject;
        // At least half of it: who waits for a server to start gains nothing from asking at once
        // again.
        const Milliseconds longest{std::min<std::int64_t>(200LL << std::min(failures, 10), 5'000)};
        const Milliseconds pause = longest / 2 + jitter.pause(0, longest / 2, longest / 2);
        if (steady_clock::now() + pause >= until)
            return Error(Errc::unavailable, "store_open",
                         "The database" + (place.empty() ? "" : " at " + place) +
                             " cannot be reached: " + reason + ".");
        if (log)
            log->warn("waiting for the database",
                      {{"at", place}, {"reason", reason}, {"next_try_ms", pause.count()}});
        std::this_thread::sleep_for(pause);
    }
}

Status PostgresStore::check_server(Connection& connection, Logger* log) const {
    auto facts = connection.facts();
    if (!facts) return std::move(facts).error();
    const auto refuse = [](std::string detail) {
        return Error(Errc::unavailable, "store_open", std::move(detail));
    };
    if (facts->version < first_version)
        return refuse("The database is PostgreSQL " + std::to_string(facts->version / 10000) +
                      "; 15 or newer is needed.");
    if (facts->encoding != "UTF8")
        return refuse("The database's encoding is " + facts->encoding +
                      "; create it with ENCODING 'UTF8'.");
    if (facts->synchronous_commit == "off")  // set_up() turns it on, but not behind a pooler
        return refuse(
            "The database's synchronous_commit is off, so what is acknowledged might not survive a "
            "crash: set it to on.");
    if (log && facts->collation != "C" && !facts->collation.starts_with("C."))
        log->warn("texts are not ordered by bytes",
                  {{"collation", facts->collation},
                   {"advice", "create the database with LC_COLLATE 'C.UTF-8'"}});
    return {};
}

void PostgresStore::close() noexcept {
    replicas_.close();
    primary_.close();
}

Dialect PostgresStore::dialect() const {
    return {"postgresql", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "BYTEA"};
}

Status PostgresStore::read(const Body& body, Staleness staleness) {
    if (held_here()) return nested_error();
    if (staleness == Staleness::bounded && !replicas_.empty())
        if (auto status = replicas_.read(body)) return *std::move(status);
    Tries tries(options_, jitter_);
    for (;;) {
        Outcome outcome;
        if (auto lease = primary_.acquire()) {
            outcome = run_once(**lease, std::cref(body), Mode::read, nullptr);
        } else {
            outcome = {lease.error(), tries.lost() && lease.error().kind == Errc::unavailable
                                          ? FailureKind::lost
                                          : FailureKind::refused};
        }
        if (outcome.kind == FailureKind::stale) primary_.refresh();
        if (!tries.again(outcome.kind)) return std::move(outcome.status);
    }
}

Status PostgresStore::write(const PostgresBody& body, Mode mode) {
    if (held_here()) return nested_error();
    const bool want_lsn = !replicas_.empty();
    Tries tries(options_, jitter_);
    CommitHooks hooks;
    for (;;) {
        Outcome outcome;
        {
            std::optional<ConflictGate::Pass> pass;
            if (mode == Mode::write)
                pass.emplace(tries.conflicts() < runs_side_by_side
                                 ? gate_.enter(gate_patience)
                                 : gate_.enter_alone(gate_patience));
            if (auto lease = primary_.acquire()) {
                const std::uint64_t unplaced = replicas_.unplaced();
                outcome = run_once(**lease, body, mode, &hooks, want_lsn);
                if (want_lsn && outcome.status) replicas_.note_written(**lease, unplaced);
                if (want_lsn && !outcome.status && outcome.status.error().code == "commit_unknown")
                    replicas_.note_unplaced();
            } else {
                outcome = {lease.error(), tries.lost() && lease.error().kind == Errc::unavailable
                                              ? FailureKind::lost
                                              : FailureKind::refused};
            }
        }
        if (outcome.kind == FailureKind::conflict) ++conflicts_;
        if (outcome.kind == FailureKind::stale) primary_.refresh();
        if (tries.again(outcome.kind)) continue;
        hooks.settle(outcome.status);
        return std::move(outcome.status);
    }
}

Status PostgresStore::transact(const Body& body, Isolation isolation) {
    return write(std::cref(body),
                 isolation == Isolation::snapshot ? Mode::write_snapshot : Mode::write);
}

Status PostgresStore::migrate(const std::function<Status(SchemaTransaction&)>& body) {
    return write(std::cref(body), Mode::schema);
}

Status PostgresStore::verify() {
    auto lease = primary_.acquire();
    if (!lease) return std::move(lease).error();
    const std::size_t count = texts_.size();
    for (std::uint32_t i = 0; i < count; ++i)
        if (Status done = (*lease)->check({i}); !done) return done;
    return {};
}

Status PostgresStore::ping() {
    auto lease = primary_.acquire();
    if (!lease) return std::move(lease).error();
    return (*lease)->ping();
}

Status PostgresStore::follow_primary(LogNotes::Time now) {
    auto lease = primary_.acquire();
    if (!lease) return std::move(lease).error();
    const std::vector<Lsn> before = replicas_.replayed();
    auto place = (*lease)->ask_flushed();
    if (!place) return std::move(place).error();
    replicas_.note_primary(now, *place, before);
    return {};
}

}  // namespace kitchen::postgres
