#include "worker_pool.h"

#include <utility>

namespace kitchen::http {

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
    threads_.reserve(threads);
    try {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
        stop();
        throw;
    }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::try_post(std::unique_ptr<Task>& task) {
    {
        std::lock_guard lock(mutex_);
        // A task that a waiting thread is about to take does not wait itself.
        if (stopping_ || queue_.size() >= queue_limit_ + idle_) {
            ++refused_;
            return false;
        }
        queue_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

void WorkerPool::stop() {
    std::deque<std::unique_ptr<Task>> dropped;
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(queue_);
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

WorkerPool::Stats WorkerPool::stats() const {
    std::lock_guard lock(mutex_);
    return {threads_.size(), busy_, queue_.size(), refused_};
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        --idle_;
        if (stopping_) return;
        std::unique_ptr<Task> task = std::move(queue_.front());
        queue_.pop_front();
        ++busy_;
        lock.unlock();
        task->run();
        task.reset();
        lock.lock();
        --busy_;
    }
}

}  // namespace kitchen::http
