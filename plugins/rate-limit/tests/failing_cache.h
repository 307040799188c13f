// A cache that can be away: cache-memory's, whose rates fail while `away` is set.
//
// Thread-safety: as MemoryCache; the counters too.
#pragma once

#include <atomic>

#include "memory_cache.h"

namespace kitchen::rate_limit::test {

class FailingCache : public MemoryCache {
public:
    using MemoryCache::MemoryCache;
    Result<RateDecision> rate_tick(std::string_view key, std::int64_t burst,
                                   Millis period) override {
        ++asked;
        if (away)
            return Error(Errc::unavailable, "cache_unavailable", "The cache cannot be reached.");
        return MemoryCache::rate_tick(key, burst, period);
    }

    std::atomic<bool> away{false};
    std::atomic<int> asked{0};
};

}  // namespace kitchen::rate_limit::test
