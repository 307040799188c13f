// A store with a watch beside it: the kernel puts one around every provider of store/1, so that no
// backend has to measure itself.
//
// Measures each call, counts the statements by the route, middleware or job that ran them, counts
// the errors that the store made (not those a body returned for reasons of its own; also those that
// a retry settled), counts bodies that ran again, and logs statements that took longer than a
// threshold, with their text and never their parameters. Tells the change log of transactions that
// have a cause.
//
// Thread-safety: as Store. Ownership: refers to the store; outlives those who use it.
#pragma once

#include <array>
#include <chrono>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "kitchen/change_log.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/metrics.h"
#include "kitchen/store.h"
#include "observe/last_outcome.h"

namespace kitchen::observe {

class MeasuredStore final : public Store {
public:
    /// `provider` is the id of the store's plugin. `slow` 0: no statement is slow. All references
    /// must outlive this.
    MeasuredStore(Store& store, std::string provider, std::chrono::milliseconds slow,
                  Metrics& metrics, const Clock& clock, Logger& log);

    Dialect dialect() const override { return store_.dialect(); }
    Statement prepare(std::string_view sql) override;
    /// The error names the plugin that prepared the statement, when it did so at start-up.
    Status verify() override;
    Status read(const Body& body, Staleness staleness) override;
    Status transact(const Body& body, Isolation isolation) override;
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override;
    /// During start-up. It must outlive all calls of transact().
    void tell(ChangeLog& changes) noexcept { changes_ = &changes; }
    bool is_remote() const noexcept override { return store_.is_remote(); }
    Status ping() override { return store_.ping(); }
    /// Of the last body that wrote, or would have: why the store could not keep it.
    Status last_write() const { return last_write_.status(); }
    using Store::read;
    using Store::transact;

private:
    enum class Operation { read, transact, migrate };
    struct Call;
    class WatchedTransaction;
    class WatchedSchema;

    template <class Work>
    Status measure(Operation operation, Work&& work);
    void count_error(Operation operation, Errc kind);
    void note_write(const Status& done, const Call& call);
    void count_repeat(Operation operation);
    void count_statements(int count);
    void log_slow(std::string_view sql, std::chrono::nanoseconds took);
    std::string_view text_of(Statement statement) const;
    std::string preparer_of(std::string_view sql) const;

    Store& store_;
    const std::string provider_;
    const std::chrono::milliseconds slow_;
    Metrics& metrics_;
    const Clock& clock_;
    Logger& log_;
    std::array<Histogram*, 3> durations_;
    Counter& slow_statements_;
    ChangeLog* changes_ = nullptr;
    LastOutcome last_write_;
    mutable std::shared_mutex mutex_;
    struct Prepared {
        std::string sql, plugin;
    };
    std::unordered_map<std::uint32_t, Prepared>
        statements_;  ///< by index; never dropped, and none ever moves
    std::unordered_map<std::string, Counter*> counts_;  ///< of statements, by who ran them
};

}  // namespace kitchen::observe
