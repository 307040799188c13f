// The threads that run blocking routes, behind a bounded queue.
//
// Thread-safety: try_post() and stats() from any thread; the rest on one thread.
#pragma once

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
    };

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

    /// Takes the task, or leaves it with the caller and returns false: the queue is full, or the pool has stopped.
    [[nodiscard]] bool try_post(std::unique_ptr<Task>& task);
    /// Waits for the tasks that run, and drops those that wait. Idempotent.
    void stop();
    Stats stats() const;

private:
    void work();

    const std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::unique_ptr<Task>> queue_;
    std::size_t idle_ = 0;  ///< threads that wait
    std::size_t busy_ = 0;
    std::uint64_t refused_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kitchen::http
