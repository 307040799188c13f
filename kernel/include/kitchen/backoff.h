// How long to wait before the next try: exponential backoff with jitter, so that callers that
// failed together do not come back together (M. Brooker, "Exponential Backoff And Jitter", AWS
// Architecture Blog, 2015).
//
// Thread-safety: pure functions; Random as random.h says.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "kitchen/random.h"

namespace kitchen {

struct Backoff {
    std::chrono::milliseconds base;  ///< > 0
    std::chrono::milliseconds cap;

    /// After `failures` (1, 2, …) in a row: min(cap, base · 2^(failures − 1)).
    constexpr std::chrono::milliseconds longest(std::int64_t failures) const noexcept {
        std::chrono::milliseconds pause = base;
        for (; failures > 1 && pause < cap; --failures) pause *= 2;
        return std::min(pause, cap);
    }
    /// Uniform between 0 and the longest pause, both included.
    std::chrono::milliseconds full_jitter(std::int64_t failures, Random& random) const {
        return uniform(longest(failures), random);
    }
    /// Uniform between half of the longest pause and all of it: for what must not be asked at once.
    std::chrono::milliseconds half_jitter(std::int64_t failures, Random& random) const {
        const std::chrono::milliseconds most = longest(failures);
        return most - uniform(most / 2, random);
    }

private:
    static std::chrono::milliseconds uniform(std::chrono::milliseconds most, Random& random) {
        return std::chrono::milliseconds(
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
    }
};

}  // namespace kitchen
