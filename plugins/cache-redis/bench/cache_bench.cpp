// How many operations a second the cache does in Redis over loopback, and in this process's memory,
// one after the other: `cache_bench [SECONDS]`. It starts a redis-server of its own.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "../tests/redis_fixture.h"
#include "memory_cache.h"

namespace {

using namespace kitchen;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// Calls a second that `threads` threads get done; `call` is given the thread's number and a count.
double rate(int threads, double seconds, const std::function<void(int, int)>& call) {
    std::atomic<bool> over{false};
    std::atomic<std::int64_t> calls{0};
    std::vector<std::thread> all;
    const auto begin = Steady::now();
    for (int thread = 0; thread < threads; ++thread)
        all.emplace_back([&, thread] {
            int done = 0;
            while (!over.load(std::memory_order_relaxed)) call(thread, done++);
            calls += done;
        });
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    over = true;
    for (auto& thread : all) thread.join();
    return static_cast<double>(calls) /
           std::chrono::duration<double>(Steady::now() - begin).count();
}

void measure(const char* name, Cache& cache, double seconds) {
    for (int i = 0; i < 1000; ++i)
        cache.set("bench:" + std::to_string(i), std::string(1900, 'v'), 10min).value();
    for (const int threads : {1, 8}) {
        const double gets = rate(threads, seconds, [&](int t, int i) {
            (void)cache.get("bench:" + std::to_string((t * 131 + i * 7) % 1000)).value();
        });
        const double ticks = rate(threads, seconds, [&](int t, int i) {
            (void)cache
                .rate_tick("bench-rate:" + std::to_string((t * 131 + i * 7) % 1000), 1'000'000, 1ms)
                .value();
        });
        std::printf(
            "%-7s %d thread%s %9.0f get (1.9 KB)/s  %9.0f rate_tick/s  (%.0f and %.0f us a call "
            "and thread)\n",
            name, threads, threads == 1 ? ", " : "s,", gets, ticks, 1e6 * threads / gets,
            1e6 * threads / ticks);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
    redis::RealClock clock;
    MemoryCache memory(clock);
    measure("memory", memory, seconds);
    testkit::RedisServer server;
    redis::Replica replica(server);
    measure("redis", replica.cache, seconds);
}
