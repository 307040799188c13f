#include "http/worker_pool.h"

#include <algorithm>
#include <utility>

namespace kitchen::http {
namespace {

using std::chrono::steady_clock;

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_limit, unsigned working,
                       std::chrono::milliseconds patience)
    : queue_limit_(queue_limit),
      working_limit_(working > 0 ? working : cores()),
      patience_(patience) {
    threads_.reserve(threads + 1);
    try {
        for (unsigned i = 0; i < threads; ++i) {
            Worker& worker = workers_.emplace_back(*this);
            threads_.emplace_back([this, &worker] { work(worker); });
        }
        threads_.emplace_back([this] { watch(); });
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
        // A task that a waiting thread could take does not wait itself.
        if (stopping_ || queue_.size() >= queue_limit_ + idle_) {
            ++refused_;
            return false;
        }
        queue_.push_back({std::move(task), deadline});
        wake();
        must_watch = !watching_ && queue_.size() > waking_;
        watching_ = watching_ || must_watch;
    }
    if (must_watch) expiry_.notify_one();
    return true;
}

void WorkerPool::wake() {
    while (waking_ < idle_ && waking_ < queue_.size() && working_ + waking_ < working_limit_) {
        ++waking_;
        wake_.notify_one();
    }
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
    return {workers_.size(), busy_, queue_.size(), refused_};
}

void WorkerPool::count(Worker& worker, bool counts) noexcept {
    if (worker.counts == counts) return;
    worker.counts = counts;
    counts ? ++working_ : --working_;
}

void WorkerPool::work(Worker& me) {
    observe::Waiting::observer() = &me;
    std::unique_lock lock(mutex_);
    for (;;) {
        // A thread that is here anyway goes on, also when more work than need be: only those that
        // would have to be woken are left asleep.
        while (!stopping_ && queue_.empty()) {
            ++idle_;
            wake_.wait(lock);
            --idle_;
            if (waking_ > 0) --waking_;
        }
        if (stopping_) return;
        std::unique_ptr<Task> task = std::move(queue_.front().task);
        queue_.pop_front();
        ++busy_;
        me.since = steady_clock::now();
        count(me, true);
        lock.unlock();
        task->run();
        task.reset();
        lock.lock();
        --busy_;
        count(me, false);
    }
}

void WorkerPool::Worker::begin_waiting() noexcept {
    const std::lock_guard lock(pool.mutex_);
    if (waits++ > 0) return;
    pool.count(*this, false);
    pool.wake();
}

void WorkerPool::Worker::end_waiting() noexcept {
    const std::lock_guard lock(pool.mutex_);
    if (--waits > 0) return;
    since = steady_clock::now();
    pool.count(*this, true);
}

void WorkerPool::release_slow(Time now) {
    for (Worker& worker : workers_)
        if (worker.counts && now - worker.since >= patience_) count(worker, false);
    wake();
}

// A thread of its own: those of the pool may all be stuck, which is when it is needed. It sleeps
// while no task waits.
void WorkerPool::watch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const Time now = steady_clock::now();
        if (queue_.empty()) {
            watching_ = false;
            expiry_.wait(lock, [this] { return stopping_ || watching_; });
        } else if (queue_.front().deadline <= now) {
            std::unique_ptr<Task> task = std::move(queue_.front().task);
            queue_.pop_front();
            lock.unlock();
            task->expire();
            task.reset();
            lock.lock();
        } else {
            release_slow(now);
            expiry_.wait_until(lock, std::min(queue_.front().deadline, now + patience_));
        }
    }
}

}  // namespace kitchen::http
