// Many threads at once, for the tests of races.
#pragma once

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace kitchen::tests {

/// Runs work(0) … work(count - 1) on `threads` threads that set off together. `work` must not
/// throw.
template <class Work>
void in_parallel(int count, int threads, Work work) {
    std::atomic<int> next{0};
    std::latch ready(threads);
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&] {
            ready.arrive_and_wait();
            for (int i = next++; i < count; i = next++) work(i);
        });
    for (std::thread& thread : running) thread.join();
}

}  // namespace kitchen::tests
