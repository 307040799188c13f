// Keeps callers away from a server that does not answer, so that they lose no time on it.
//
//     closed ──N failures in a row, or trip()──▶ open ──the delay has passed──▶ half open (one
//     probe) ──▶ closed
//                                                 ▲────────── the probe fails: a longer delay
//                                                 ──────────┘
//
// Ordinary calls are made while it is closed and never wait on a probe: the owner of the
// connection (RedisClient's thread) probes. Delays double from min_delay to max_delay, each
// shortened by up to half at random, so that replicas do not come back in step. It begins open with
// a probe due at once: nothing has been reached yet.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "kitchen/clock.h"
#include "kitchen/random.h"

namespace kitchen::redis {

class CircuitBreaker {
public:
    using Millis = std::chrono::milliseconds;
    struct Settings {
        int failures = 3;  ///< in a row, until it opens
        Millis min_delay{100};
        Millis max_delay{2000};
    };

    /// The clock must outlive it.
    CircuitBreaker(const Clock& clock, Settings settings) : clock_(clock), settings_(settings) {}

    /// Ordinary calls may be made.
    bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
    /// An ordinary call was not answered, and so many before it `in_a_row`, which is counted up.
    /// True when that opened it. Each server has a count of its own, which an answer sets to 0.
    bool failed(std::atomic<int>& in_a_row);
    /// Opens whatever the count; a probe is due at once. True when it was closed.
    bool trip();

    /// True when a probe is due; the caller makes it, then tells the outcome. No other caller is
    /// given one meanwhile.
    bool begin_probe();
    void probe_succeeded();
    void probe_failed(Random& random);
    /// Until a probe is due; zero when one is, or one is under way.
    Millis until_probe() const;

private:
    bool open();
    const Clock& clock_;
    const Settings settings_;
    std::atomic<bool> closed_{false};
    mutable std::mutex mutex_;
    bool probing_ = false;
    std::int64_t failed_probes_ = 0;
    std::chrono::steady_clock::time_point probe_at_{};
};

}  // namespace kitchen::redis
