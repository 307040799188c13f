// Pauses between tries, with full jitter: uniform between nothing and an exponentially growing
// limit, so that those who failed together do not come back together (Brooker, "Exponential Backoff
// And Jitter", AWS Architecture Blog, 2015).
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>

namespace kitchen::postgres {

class Jitter {
public:
    /// For the failure with this number, counted from 0.
    std::chrono::milliseconds pause(int failure, std::chrono::milliseconds first,
                                    std::chrono::milliseconds longest) {
        const auto limit =
            std::min<std::chrono::milliseconds>(first * (1L << std::min(failure, 20)), longest);
        std::lock_guard lock(mutex_);
        return std::chrono::milliseconds(
            std::uniform_int_distribution<std::int64_t>(0, limit.count())(engine_));
    }

private:
    std::mutex mutex_;
    std::minstd_rand engine_{std::random_device{}()};  // spreads, and keeps no secret
};

}  // namespace kitchen::postgres
