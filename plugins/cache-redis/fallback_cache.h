// Redis while it is there, and the memory of this process while it is away (`on_failure: memory`).
//
// The memory begins each absence empty: it is dropped as soon as Redis answers again, so nothing of
// one absence is taken for new in the next, and while Redis answers there is one truth: a call that
// got no free connection fails ("cache_busy"), and the memory does not serve it. An operation that
// decides something once (counts an attempt, wins a key, takes an entry away) is never repeated in
// memory when Redis might have carried it out: it ends with unavailable. So an entry is in one of
// the two and never in both, and the attempts allowed on it are spent once. The README says what
// this means for those who sign up.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "kitchen/cache_decorator.h"
#include "kitchen/clock.h"
#include "memory_cache.h"
#include "redis_cache.h"

namespace kitchen::redis {

class FallbackCache final : public CacheDecorator<FallbackCache> {
public:
    /// All must outlive it. `memory_bytes`: as MemoryCache::Options::max_bytes.
    FallbackCache(RedisCache& redis, const Clock& clock, std::size_t memory_bytes);

    template <class Call>
    auto through(CacheOperation operation, const Call& call) {
        auto result = call(cache_);
        if (result) {
            forget();
        } else if (const std::shared_ptr<MemoryCache> memory =
                       stand_in(operation, result.error())) {
            result = call(*memory);
        }
        return result;
    }

    /// To the subscribers of this process while Redis is away.
    Status publish(std::string_view channel, std::string_view message) override;

private:
    void forget();
    std::shared_ptr<MemoryCache> stand_in(CacheOperation operation, const Error& failure);

    RedisCache& redis_;
    const Clock& clock_;
    const std::size_t memory_bytes_;
    std::atomic<bool> used_{false};  // something may be in the memory
    std::mutex mutex_;
    std::shared_ptr<MemoryCache> memory_;  // replaced, never changed
};

}  // namespace kitchen::redis
