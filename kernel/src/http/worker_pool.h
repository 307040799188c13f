// The threads that run blocking routes, behind a bounded queue.
//
// None is woken while as many work as there are cores: a task finds a thread that has just finished
// another, and no core switches. A thread that waits (kernel/src/observe/waiting.h), or whose task
// has run for long, does not count, and another one takes its place. That is the rule of I/O
// completion ports (Windows) and of the scheduler of Go.
//
// Thread-safety: try_post() and stats() from any thread; the rest on one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "observe/waiting.h"

namespace kitchen::http {

class WorkerPool {
public:
    class Task {
    public:
        virtual ~Task() = default;
        virtual void run() noexcept = 0;
        /// Called in place of run(), on a thread of its own, when the task has waited until its
        /// deadline.
        virtual void expire() noexcept {}
    };
    using Time = std::chrono::steady_clock::time_point;

    struct Stats {
        std::size_t threads = 0;
        std::size_t busy = 0;       ///< threads that run a task
        std::size_t waiting = 0;    ///< tasks that no thread has taken yet
        std::uint64_t refused = 0;  ///< tasks not taken since the start
    };

    /// Starts the threads. `queue_limit` counts the tasks that wait, not those that run; `working`
    /// is how many may work at once, 0: as many as there are cores; `patience`, how long a task may
    /// run before it no longer counts.
    WorkerPool(unsigned threads, std::size_t queue_limit, unsigned working = 0,
               std::chrono::milliseconds patience = std::chrono::milliseconds(1));
    /// Stops.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Takes the task, or leaves it with the caller and returns false: the queue is full, or the
    /// pool has stopped. Tasks expire in the order of the queue: a deadline is never before that of
    /// the task posted before.
    [[nodiscard]] bool try_post(std::unique_ptr<Task>& task, Time deadline = Time::max());
    /// Waits for the tasks that run, and drops those that wait. Idempotent.
    void stop();
    Stats stats() const;

private:
    struct Waiting {
        std::unique_ptr<Task> task;
        Time deadline;
    };
    /// A thread, and what it does.
    struct Worker final : observe::WaitObserver {
        explicit Worker(WorkerPool& owner) : pool(owner) {}
        void begin_waiting() noexcept override;
        void end_waiting() noexcept override;

        WorkerPool& pool;
        // Under the pool's mutex:
        Time since;           ///< its task has run
        int waits = 0;        ///< it waits, so many times nested
        bool counts = false;  ///< as one that works
    };

    void work(Worker& me);
    /// Under the mutex: wakes as many threads as may work on what waits.
    void wake();
    /// Under the mutex: what has run for long counts no more.
    void release_slow(Time now);
    void count(Worker& worker, bool counts) noexcept;
    void watch();

    const std::size_t queue_limit_;
    const std::size_t working_limit_;
    const std::chrono::milliseconds patience_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable expiry_;
    std::deque<Waiting> queue_;
    std::size_t idle_ = 0;     ///< threads without a task
    std::size_t waking_ = 0;   ///< of these, told to look at the queue
    std::size_t busy_ = 0;     ///< threads with a task
    std::size_t working_ = 0;  ///< of these, those that count
    std::uint64_t refused_ = 0;
    bool watching_ = false;  ///< the watching thread looks at the queue by itself
    bool stopping_ = false;
    std::deque<Worker> workers_;
    std::vector<std::thread> threads_;  ///< the last one is that of watch()
};

}  // namespace kitchen::http
