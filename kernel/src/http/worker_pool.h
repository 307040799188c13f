// The threads that run blocking routes, behind a bounded queue.
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

    /// Starts the threads. `queue_limit` counts the tasks that wait, not those that run.
    WorkerPool(unsigned threads, std::size_t queue_limit);
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
    void work();
    void expire();

    const std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable expiry_;
    std::deque<Waiting> queue_;
    std::size_t idle_ = 0;  ///< threads that wait
    std::size_t busy_ = 0;
    std::uint64_t refused_ = 0;
    bool watching_ = false;  ///< the expiry thread will look at the queue by itself
    bool stopping_ = false;
    std::vector<std::thread> threads_;  ///< the last one is that of expire()
};

}  // namespace kitchen::http
