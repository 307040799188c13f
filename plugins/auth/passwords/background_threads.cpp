#include "passwords/background_threads.h"

#include <sys/resource.h>

namespace kitchen::auth {
namespace {

// A third of the share of an ordinary thread (sched(7)): it is set aside when one wakes up, and
// still gets on when the machine is busy all the time. With 10 (a tenth) reading is hardly faster
// and signing in half as fast; bench/README.md has the figures. A thread may lower its own
// priority, but not raise it again: hence threads of their own.
constexpr int niceness = 5;

}  // namespace

BackgroundThreads::~BackgroundThreads() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void BackgroundThreads::run(const std::function<void()>& work) {
    Task task{&work};
    std::unique_lock lock(mutex_);
    if (threads_.size() < count_ && busy_ + queue_.size() >= threads_.size())
        threads_.emplace_back([this] { serve(); });
    queue_.push_back(&task);
    wake_.notify_one();
    done_.wait(lock, [&] { return task.done; });
    if (task.failure) std::rethrow_exception(task.failure);
}

void BackgroundThreads::serve() {
    // Of this thread alone, on Linux, and below the process, which may run under nice(1) itself.
    // When it fails, the thread is an ordinary one.
    ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + niceness);
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        Task& task = *queue_.front();
        queue_.pop_front();
        ++busy_;
        lock.unlock();
        try {
            (*task.work)();
        } catch (...) {
            task.failure = std::current_exception();
        }
        lock.lock();
        --busy_;
        task.done = true;
        done_.notify_all();
    }
}

}  // namespace kitchen::auth
