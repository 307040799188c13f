#include "worker_pool.h"

#include <utility>

namespace kitchen::http {

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
    threads_.reserve(threads + 1);
    try {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
        threads_.emplace_back([this] { expire(); });
    } catch (...) {
        stop();
        throw;
    }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::try_post(std::unique_ptr<Task>& task, Time deadline) {
    bool must_watch = false;
    {
        std::lock_guard lock(mutex_);
        // A task that a waiting thread is about to take does not wait itself.
        if (stopping_ || queue_.size() >= queue_limit_ + idle_) {
            ++refused_;
            return false;
        }
        queue_.push_back({std::move(task), deadline});
        must_watch = !watching_ && queue_.size() > idle_ && deadline != Time::max();
        watching_ = watching_ || must_watch;
    }
    wake_.notify_one();
    if (must_watch) expiry_.notify_one();
    return true;
}

void WorkerPool::stop() {
    std::deque<Waiting> dropped;
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(queue_);
    }
    wake_.notify_all();
    expiry_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

WorkerPool::Stats WorkerPool::stats() const {
    std::lock_guard lock(mutex_);
    return {threads_.size() - 1, busy_, queue_.size(), refused_};
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        --idle_;
        if (stopping_) return;
        std::unique_ptr<Task> task = std::move(queue_.front().task);
        queue_.pop_front();
        ++busy_;
        lock.unlock();
        task->run();
        task.reset();
        lock.lock();
        --busy_;
    }
}

// A thread of its own: those of the pool may all be stuck, which is when it is needed. It sleeps
// while no task waits.
void WorkerPool::expire() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (queue_.empty() || queue_.front().deadline == Time::max()) {
            watching_ = false;
            expiry_.wait(lock, [this] { return stopping_ || watching_; });
        } else if (const Time deadline = queue_.front().deadline;
                   deadline > std::chrono::steady_clock::now()) {
            expiry_.wait_until(lock, deadline);
        } else {
            std::unique_ptr<Task> task = std::move(queue_.front().task);
            queue_.pop_front();
            lock.unlock();
            task->expire();
            task.reset();
            lock.lock();
        }
    }
}

}  // namespace kitchen::http
