// The one thread that writes, and its group commit.
//
// Bodies queue up. The thread takes the write lock, runs those that wait, each in a savepoint, and
// commits them together: callers get their result after the COMMIT that made their work durable. A
// body that fails or throws undoes its own savepoint only. When SQLite gives up the whole
// transaction (disk full, I/O error), the body that met it is refused and the others of the group
// run again, each in a transaction of its own. When COMMIT fails, the whole group is refused with
// its error.
//
// Thread-safety: all calls, from any thread, except start() and stop(), which come from one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sqlite_connection.h"
#include "kitchen/store.h"
#include "sqlite_transaction.h"

namespace kitchen::sqlite {

class Writer {
public:
    Writer() = default;
    ~Writer() { stop(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Until then, and after stop(), every call gives unavailable.
    void start(std::unique_ptr<Connection> connection, std::size_t group_limit,
               std::chrono::milliseconds busy_timeout);
    /// Finishes what is queued, empties the write-ahead log, closes the connection. Idempotent.
    void stop() noexcept;

    /// Waits until the body has run and its effect is durable or undone, and runs its hooks. An
    /// exception of the body is thrown here.
    Status transact(const SqliteBody& body) { return submit(body, false); }
    /// In a transaction of its own, and with more patience for the lock of another process.
    Status alone(const SqliteBody& body) { return submit(body, true); }
    /// True on the writing thread: inside a body.
    bool is_this_thread() const noexcept {
        return thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    std::uint64_t bodies() const noexcept { return bodies_.load(std::memory_order_relaxed); }
    std::uint64_t commits() const noexcept { return commits_.load(std::memory_order_relaxed); }
    std::size_t waiting() const {
        std::lock_guard lock(mutex_);
        return queue_.size();
    }

private:
    using Clock = std::chrono::steady_clock;
    /// Lives on the stack of the caller, who waits for `finished`.
    struct Job {
        const SqliteBody* body;
        bool alone;
        Clock::time_point queued;
        Status result;
        std::exception_ptr thrown;
        CommitHooks hooks;
        bool finished = false;
        std::condition_variable wake;
    };
    using Jobs = std::vector<Job*>;
    enum class Outcome : std::uint8_t { kept, undone, lost };

    Status submit(const SqliteBody& body, bool alone);
    void work() noexcept;
    /// The next job that may join a group, or nullptr.
    Job* next_for_group();
    void run_group(Job* first);
    void run_alone(Job* job);
    Outcome run_in_savepoint(Job& job);
    void refuse_queued(Clock::time_point until, const Error& error, Jobs& refused);
    void finish(const Jobs& jobs);

    std::unique_ptr<Connection> connection_;
    std::size_t group_limit_ = 1;
    std::chrono::milliseconds busy_timeout_{0};

    mutable std::mutex mutex_;
    std::condition_variable queued_;
    std::deque<Job*> queue_;
    bool running_ = false;

    std::thread thread_;
    std::atomic<std::thread::id> thread_id_{};
    std::atomic<std::uint64_t> bodies_{0}, commits_{0};
};

}  // namespace kitchen::sqlite
