// The threads of a server: they wait for events on its connections, and run what comes of them.
//
// The thread that polls and finds requests runs them itself, one after another: no core switches
// and no thread is woken. Another one is woken, to run what is queued or to poll, when no thread
// works any more, because the one that did waits (kernel/src/observe/waiting.h) or its task has run
// for long; or when the first in the queue has stood there for a while and fewer work than there
// are cores. That is the rule of I/O completion ports (Windows) and of the scheduler of Go. A
// thread begins when it is first needed.
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
#include "poller.h"

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
        std::size_t threads = 0;    ///< for tasks
        std::size_t busy = 0;       ///< threads that run a task, and are not parked
        std::size_t waiting = 0;    ///< tasks that no thread has taken yet
        std::uint64_t refused = 0;  ///< tasks not taken since the start
    };

    /// Runs at most `threads` tasks at once. `queue_limit` counts the tasks that wait, not those
    /// that run; `working` is how many may work at once, 0: as many as there are cores; `patience`,
    /// how long a task may run before it no longer counts as one, or a poller may be left alone.
    WorkerPool(unsigned threads, std::size_t queue_limit, unsigned working = 0,
               std::chrono::milliseconds patience = std::chrono::milliseconds(1));
    /// Stops.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// From now on threads poll it, with one thread more, so that tasks never keep it waiting.
    void attend(Poller& poller);
    /// No thread polls it when this returns. Before stop() or after it; not from a thread of the
    /// pool.
    void leave(Poller& poller);

    /// Takes the task, or leaves it with the caller and returns false: the queue is full, or the
    /// pool has stopped. Tasks expire in the order of the queue: a deadline is never before that of
    /// the task posted before.
    [[nodiscard]] bool try_post(std::unique_ptr<Task>& task, Time deadline = Time::max());
    /// Waits for the tasks that run, and drops those that wait. Idempotent.
    void stop();
    Stats stats() const;

private:
    struct Queued {
        std::unique_ptr<Task> task;
        Time posted;
        Time deadline;
    };
    /// A poller that no thread polls now.
    struct Unattended {
        Poller* poller;
        Time since;  ///< or, with events left, since the first of their round was looked at
        bool has_events = false;  ///< left of the last round
    };
    /// A thread, and what it does.
    struct Worker final : observe::WaitObserver {
        explicit Worker(WorkerPool& owner) : pool(owner) {}
        void begin_waiting(bool parked) noexcept override;
        void end_waiting(bool parked) noexcept override;

        WorkerPool& pool;
        // Under the pool's mutex:
        Poller* polls = nullptr;
        bool leaves = false;  ///< the poller, when it has polled
        bool runs = false;    ///< a task
        Time since;           ///< its task has run, or its poller has handed tasks over
        int waits = 0;        ///< it waits, so many times nested
        int parks = 0;        ///< of these, for another request
        bool counts = false;  ///< as one that works
    };
    using Lock = std::unique_lock<std::mutex>;

    void work(Worker& me);
    void watch();

    // Under the mutex:
    void add_thread();
    /// One for each task that may run and for each poller, and in place of those that are parked.
    std::size_t most_threads() const;
    bool has_begun_thread() noexcept;
    /// A thread is left for each poller, whatever happens.
    bool may_run() const {
        return !queue_.empty() && busy_ < threads_for_tasks_ &&
               busy_ + parked_ + attended_ < most_threads();
    }
    bool is_idle() const { return !may_run() && unattended_.empty(); }
    bool is_late(Time since, Time now) const { return now - since >= patience_; }
    bool must_poll(Time now) const;
    void poll(Worker& me, Lock& lock, Time now);
    void run_next(Worker& me, Lock& lock, Time now);
    void wait_until_woken(Lock& lock);
    /// Wakes a thread when there is something to do and none works, or it has waited long.
    void wake(Time now);
    void release_slow(Time now);
    void count(Worker& worker, bool counts) noexcept;
    void be_watched();

    const std::size_t threads_for_tasks_;
    const std::size_t queue_limit_;
    const std::size_t working_limit_;
    const std::chrono::milliseconds patience_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable watch_;
    std::condition_variable polled_;
    std::deque<Queued> queue_;
    std::vector<Unattended> unattended_;
    std::size_t idle_ = 0;      ///< threads that sleep
    std::size_t waking_ = 0;    ///< of these, told to look around
    std::size_t attended_ = 0;  ///< pollers
    std::size_t busy_ = 0;      ///< threads with a task, without those parked
    std::size_t parked_ = 0;    ///< threads whose task waits for another one
    std::size_t working_ = 0;   ///< threads that count: with a task, or about to take one
    std::uint64_t refused_ = 0;
    bool watched_ = false;  ///< the watching thread looks by itself every so often
    bool stopping_ = false;
    std::deque<Worker> workers_;
    std::vector<std::thread> threads_;
    std::thread watcher_;

    static thread_local Worker* current_;  ///< of this thread
};

}  // namespace kitchen::http
