// The threads that run blocking routes, behind a bounded queue.
//
// Thread-safety: try_post() from any thread; the rest on one thread.
#pragma once

#include <condition_variable>
#include <cstddef>
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

private:
    void work();

    const std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::unique_ptr<Task>> queue_;
    std::size_t idle_ = 0;  ///< threads that wait
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kitchen::http
