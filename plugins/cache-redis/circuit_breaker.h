// Keeps callers away from a server that does not answer, so that they lose no time on it.
//
//     closed ──N failures in a row, or trip()──▶ open ──the delay has passed──▶ half open (one
//     probe) ──▶ closed
//                                                 ▲────────── the probe fails: a longer delay
//                                                 ──────────┘
//
// Ordinary calls are made while it is closed and never wait on a probe: the owner of the
// connection (RedisClient's thread) probes. Delays double from min_delay to max_delay, each
// shortened by up to half at random, so that replicas do not come back in step. They begin anew
// only when it was closed for longer than max_delay: a server that serves the probe and refuses
// the calls opens it as rarely as one that is away is probed. It begins open with a probe due at
// once: nothing has been reached yet.
//
// Thread-safety: all calls, from any thread; probes are made on one.
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
    /// Opens whatever the count. True when it was closed.
    bool trip();

    /// While it is open: until a probe is due, zero when one is. The caller makes it, then tells
    /// the outcome.
    Millis until_probe() const;
    void probe_succeeded(Random& random);
    void probe_failed(Random& random);

private:
    bool open();
    void delay_next_probe(Random& random);
    const Clock& clock_;
    const Settings settings_;
    std::atomic<bool> closed_{false};
    mutable std::mutex mutex_;
    std::int64_t probes_ = 0;  // since it was closed for long
    std::chrono::steady_clock::time_point probe_at_{}, closed_at_{};
};

}  // namespace kitchen::redis
