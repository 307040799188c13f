#include "observe/measured_store.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>

#include "observe/current_cause.h"
#include "observe/current_plugin.h"
#include "observe/error_kind.h"
#include "observe/waiting.h"
#include "kitchen/utf8.h"

namespace kitchen::observe {

namespace {

constexpr const char* store_operation_names[] = {"read", "transact", "migrate"};
constexpr std::size_t longest_text = 2000;  // bytes of SQL in a log line

bool is_select(std::string_view sql) {
    sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
    constexpr std::string_view select = "select";
    return sql.size() >= select.size() &&
           std::equal(select.begin(), select.end(), sql.begin(),
                      [](char wanted, char found) { return wanted == (found | 0x20); });
}

}  // namespace

/// One call of the store, from its beginning to its end. The body may run on another thread, but
/// never beside this one's.
struct MeasuredStore::Call {
    MeasuredStore& store;
    Operation operation;
    const ChangeCause* cause = nullptr;  ///< nullptr also when no change log is to be told
    bool has_run = false;
    int statements = 0;  // of all runs
    // Of the last run of the body.
    bool statement_failed = false;
    bool body_failed = false;
    bool wrote = false;  // looked at only while the last write has failed

    /// What a hook throws ends in the store; here it is seen.
    std::function<void()> watched(std::function<void()> hook) const {
        return [hook = std::move(hook), &log = store.log_] {
            try {
                hook();
            } catch (const std::exception& thrown) {
                log.error("a hook after a commit has thrown", {{"error", thrown.what()}});
            }
        };
    }

    template <class Tx, class Watched, class Body>
    Status run_body(Tx& transaction, const Body& body) {
        if (std::exchange(has_run, true)) store.count_repeat(operation);
        statement_failed = body_failed = wrote = false;
        Watched watched(*this, transaction);
        Status done = run_caused(watched, body);
        body_failed = !done;
        return done;
    }

    Status run_caused(Transaction& transaction, const Body& body) const {
        return cause ? store.changes_->around(transaction, *cause, body) : body(transaction);
    }
    Status run_caused(SchemaTransaction& transaction,
                      const std::function<Status(SchemaTransaction&)>& body) const {
        return body(transaction);
    }

    /// `text` is called for the SQL of a slow statement only.
    template <class Work, class Text>
    Status run_statement(Work&& work, Text&& text) {
        const bool is_timed = store.slow_.count() > 0;
        const auto begin =
            is_timed ? store.clock_.steady_now() : std::chrono::steady_clock::time_point();
        ++statements;
        Status done = work();
        // A doomed transaction gives its first error to every further statement: that is one
        // error.
        if (!done && !std::exchange(statement_failed, true))
            store.count_error(operation, done.error().kind);
        if (done && store.last_write_.failed()) wrote = wrote || !is_select(text());
        if (is_timed)
            if (const auto took = store.clock_.steady_now() - begin; took > store.slow_)
                store.log_slow(text(), took);
        return done;
    }
};

class MeasuredStore::WatchedTransaction final : public Transaction {
public:
    WatchedTransaction(Call& call, Transaction& inner) : call_(call), inner_(inner) {}
    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        return call_.run_statement([&] { return inner_.run(statement, params, out); },
                                   [&] { return call_.store.text_of(statement); });
    }
    void after_commit(std::function<void()> hook) override {
        inner_.after_commit(call_.watched(std::move(hook)));
    }

private:
    Call& call_;
    Transaction& inner_;
};

class MeasuredStore::WatchedSchema final : public SchemaTransaction {
public:
    WatchedSchema(Call& call, SchemaTransaction& inner) : call_(call), inner_(inner) {}
    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        return call_.run_statement([&] { return inner_.run(statement, params, out); },
                                   [&] { return call_.store.text_of(statement); });
    }
    void after_commit(std::function<void()> hook) override {
        inner_.after_commit(call_.watched(std::move(hook)));
    }
    Status script(std::string_view sql) override {
        return call_.run_statement([&] { return inner_.script(sql); }, [&] { return sql; });
    }
    Status run_text(std::string_view sql, std::span<const Param> params, Rows& out) override {
        return call_.run_statement([&] { return inner_.run_text(sql, params, out); },
                                   [&] { return sql; });
    }

private:
    Call& call_;
    SchemaTransaction& inner_;
};

MeasuredStore::MeasuredStore(Store& store, std::string provider, std::chrono::milliseconds slow,
                             Metrics& metrics, const Clock& clock, Logger& log)
    : store_(store),
      provider_(std::move(provider)),
      slow_(slow),
      metrics_(metrics),
      clock_(clock),
      log_(log),
      slow_statements_(metrics.counter("kitchen_store_slow_statements_total",
                                       "Statements slower than log.slow_statement.",
                                       {{"provider", provider_}})) {
    for (std::size_t i = 0; i < durations_.size(); ++i)
        durations_[i] = &metrics.histogram(
            "kitchen_store_operation_duration_seconds", "Time until the store was done.",
            {{"provider", provider_}, {"operation", store_operation_names[i]}});
}

Statement MeasuredStore::prepare(std::string_view sql) {
    const Statement statement = store_.prepare(sql);
    const std::lock_guard lock(mutex_);
    statements_.try_emplace(statement.index,
                            Prepared{std::string(sql), std::string(CurrentPlugin::place().id)});
    return statement;
}

Status MeasuredStore::verify() {
    Status done = store_.verify();
    if (done || done.error().kind != Errc::internal) return done;
    Error& error = done.error();
    const std::string plugin = preparer_of(error.subject);
    error.detail =
        (plugin.empty() ? "a statement" : "plugin '" + plugin + "' has prepared a statement") +
        " that the store of plugin '" + provider_ + "' refuses: " + error.detail;
    if (error.code == "store_no_table")
        error.detail +=
            " Which migration makes this table? Its file belongs in MIGRATIONS of "
            "kitchen_add_plugin(), and the plugin calls "
            "setup.add_migrations(kitchen_migrations).";
    return done;
}

template <class Work>
Status MeasuredStore::measure(Operation operation, Work&& work) {
    /// Also when a body throws.
    struct Timer {
        MeasuredStore& store;
        Histogram& histogram;
        std::chrono::steady_clock::time_point begin = store.clock_.steady_now();
        ~Timer() { histogram.observe(store.clock_.steady_now() - begin); }
    } timer{*this, *durations_[static_cast<std::size_t>(operation)]};
    Call call{*this, operation};
    const Waiting waiting(operation != Operation::read || store_.is_remote());
    Status done = work(call);
    count_statements(call.statements);
    if (!done && !call.statement_failed && !call.body_failed)
        count_error(operation, done.error().kind);
    if (operation != Operation::read) note_write(done, call);
    return done;
}

void MeasuredStore::note_write(const Status& done, const Call& call) {
    if (done) {
        if (call.wrote) last_write_.note(done);
        return;
    }
    const Errc kind = done.error().kind;
    const bool is_the_stores = call.statement_failed || !call.body_failed;
    if (is_the_stores &&
        (kind == Errc::storage_full || kind == Errc::unavailable || kind == Errc::corrupt))
        last_write_.note(done);
}

// The closures that a store gets hold two references, so that std::function keeps them inside
// itself.
Status MeasuredStore::read(const Body& body, Staleness staleness) {
    return measure(Operation::read, [&](Call& call) {
        return store_.read(
            [&call, &body](Transaction& tx) {
                return call.run_body<Transaction, WatchedTransaction>(tx, body);
            },
            staleness);
    });
}

Status MeasuredStore::transact(const Body& body, Isolation isolation) {
    return measure(Operation::transact, [&](Call& call) {
        if (changes_) call.cause = CauseScope::current();
        return store_.transact(
            [&call, &body](Transaction& tx) {
                return call.run_body<Transaction, WatchedTransaction>(tx, body);
            },
            isolation);
    });
}

Status MeasuredStore::migrate(const std::function<Status(SchemaTransaction&)>& body) {
    return measure(Operation::migrate, [&](Call& call) {
        return store_.migrate([&call, &body](SchemaTransaction& tx) {
            return call.run_body<SchemaTransaction, WatchedSchema>(tx, body);
        });
    });
}

// Rare enough to look the series up each time.
void MeasuredStore::count_error(Operation operation, Errc kind) {
    metrics_
        .counter("kitchen_store_errors_total",
                 "Errors of the store, also those that a retry settled.",
                 {{"provider", provider_},
                  {"operation", store_operation_names[static_cast<std::size_t>(operation)]},
                  {"kind", std::string(word_for(kind))}})
        .add();
}

void MeasuredStore::count_repeat(Operation operation) {
    metrics_
        .counter("kitchen_store_repeats_total",
                 "Bodies that the store ran once more, after a conflict or a lost connection.",
                 {{"provider", provider_},
                  {"operation", store_operation_names[static_cast<std::size_t>(operation)]}})
        .add();
}

void MeasuredStore::count_statements(int count) {
    if (count == 0) return;
    const auto place = CurrentPlugin::place();
    std::string key(place.id);
    key.append(1, '\n').append(place.method).append(1, ' ').append(place.call);
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = counts_.find(key); found != counts_.end())
            return found->second->add(count);
    }
    const std::string method = place.method.empty() ? "" : std::string(place.method) + ' ';
    Counter& counter = metrics_.counter("kitchen_store_statements_total",
                                        "Statements that the store ran, by who ran them.",
                                        {{"provider", provider_},
                                         {"plugin", std::string(place.id)},
                                         {"call", method + std::string(place.call)}});
    counter.add(count);
    const std::lock_guard lock(mutex_);
    counts_.emplace(std::move(key), &counter);
}

void MeasuredStore::log_slow(std::string_view sql, std::chrono::nanoseconds took) {
    slow_statements_.add();
    const std::chrono::duration<double, std::milli> ms = took;
    log_.warn("slow statement", {{"ms", ms.count()},
                                 {"provider", provider_},
                                 {"statement", utf8::prefix(sql, longest_text)}});
}

std::string_view MeasuredStore::text_of(Statement statement) const {
    const std::shared_lock lock(mutex_);
    const auto found = statements_.find(statement.index);
    return found == statements_.end() ? std::string_view("?") : std::string_view(found->second.sql);
}

std::string MeasuredStore::preparer_of(std::string_view sql) const {
    const std::shared_lock lock(mutex_);
    for (const auto& [index, prepared] : statements_)
        if (prepared.sql == sql) return prepared.plugin;
    return {};
}

}  // namespace kitchen::observe
