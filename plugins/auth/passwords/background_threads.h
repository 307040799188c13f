// Threads that give way: what runs on them gets the processor when little else wants it.
// Hashing a password takes some tens of milliseconds of it, and a client that reads the menu in
// that time should not notice.
//
// Thread-safety: run() from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kitchen::auth {

class BackgroundThreads {
public:
    /// Threads start as they are needed, at most `count`.
    explicit BackgroundThreads(std::size_t count) : count_(count) {}
    /// Finishes what was begun.
    ~BackgroundThreads();
    BackgroundThreads(const BackgroundThreads&) = delete;
    BackgroundThreads& operator=(const BackgroundThreads&) = delete;

    /// Runs the work on one of the threads and waits for it. Throws what the work throws.
    void run(const std::function<void()>& work);

private:
    struct Task {
        const std::function<void()>* work;
        bool done = false;
        std::exception_ptr failure = nullptr;
    };
    void serve();

    const std::size_t count_;
    std::mutex mutex_;
    std::condition_variable wake_, done_;
    std::deque<Task*> queue_;
    std::size_t busy_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kitchen::auth
