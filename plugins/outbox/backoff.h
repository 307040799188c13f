// How long a mail waits between two attempts: exponential backoff with full jitter, so that mails
// that failed together do not come back together (M. Brooker, "Exponential Backoff And Jitter", AWS
// Architecture Blog, 2015).
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>

#include "kitchen/random.h"

namespace kitchen::outbox {

struct Backoff {
    std::chrono::milliseconds base{10'000};
    std::chrono::milliseconds cap{3'600'000};
};

/// The longest wait after `attempts` (1, 2, …) attempts: min(cap, base · 2^(attempts − 1)).
std::chrono::milliseconds longest_wait(const Backoff& backoff, std::int64_t attempts);

/// Uniform between 0 and the longest wait, both included.
std::chrono::milliseconds wait_after(const Backoff& backoff, std::int64_t attempts, Random& random);

}  // namespace kitchen::outbox
