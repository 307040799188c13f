#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "transport_fixture.h"

namespace kitchen::http {

struct DelayPool::Impl {
    using When = std::chrono::steady_clock::time_point;
    std::mutex mutex;
    std::condition_variable changed;
    std::multimap<When, std::function<void()>> tasks;
    bool ending = false;
    std::vector<std::thread> threads;

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            if (tasks.empty()) {
                if (ending) return;
                changed.wait(lock);
            } else if (const auto first = tasks.begin();
                       first->first <= std::chrono::steady_clock::now() || ending) {
                auto task = std::move(first->second);
                tasks.erase(first);
                lock.unlock();
                task();
                task = nullptr;
                lock.lock();
            } else {
                changed.wait_until(lock, When(first->first));
            }
        }
    }
};

DelayPool::DelayPool(unsigned threads) : impl_(std::make_unique<Impl>()) {
    for (unsigned i = 0; i < threads; ++i) impl_->threads.emplace_back([this] { impl_->run(); });
}

DelayPool::~DelayPool() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->ending = true;
    }
    impl_->changed.notify_all();
    for (auto& thread : impl_->threads) thread.join();
}

void DelayPool::after(std::chrono::microseconds delay, std::function<void()> task) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->tasks.emplace(std::chrono::steady_clock::now() + delay, std::move(task));
    }
    impl_->changed.notify_one();
}

}  // namespace kitchen::http
