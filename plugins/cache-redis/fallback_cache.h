// Redis while it is there, and the memory of this process while it is away (`on_failure: memory`).
//
// The memory begins each absence empty: it is dropped as soon as Redis answers again, so nothing of
// one absence is taken for new in the next, and while Redis answers there is one truth. An
// operation that decides something once (counts an attempt, wins a key, takes an entry away) is
// never repeated in memory when Redis might have carried it out: it ends with unavailable. So an
// entry is in one of the two and never in both, and the attempts allowed on it are spent once. The
// README says what this means for those who sign up.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "memory_cache.h"
#include "redis_cache.h"

namespace kitchen::redis {

class FallbackCache : public Cache {
public:
    /// All must outlive it. `memory_bytes`: as MemoryCache::Options::max_bytes.
    FallbackCache(RedisCache& redis, const Clock& clock, std::size_t memory_bytes);

    Result<std::optional<std::string>> get(std::string_view key) override;
    Status set(std::string_view key, std::string_view value, Millis ttl) override;
    Result<bool> set_if_absent(std::string_view key, std::string_view value, Millis ttl) override;
    Result<bool> erase(std::string_view key) override;
    Result<std::optional<Millis>> ttl(std::string_view key) override;

    Status set_fields(std::string_view key, const CacheFields& fields, Millis ttl) override;
    Result<bool> update_fields(std::string_view key, const CacheFields& fields) override;
    Result<std::optional<CacheFields>> get_fields(std::string_view key) override;
    Result<std::optional<std::int64_t>> increment_field(std::string_view key,
                                                        std::string_view field,
                                                        std::int64_t max) override;
    Result<Comparison> compare_and_count(std::string_view key, std::string_view field,
                                         std::string_view candidate,
                                         std::int64_t max_attempts) override;
    Result<RateDecision> rate_tick(std::string_view key, std::int64_t burst,
                                   Millis period) override;

    /// To the subscribers of this process while Redis is away.
    Status publish(std::string_view channel, std::string_view message) override;
    [[nodiscard]] std::shared_ptr<void> subscribe(std::string_view channel,
                                                  Subscriber subscriber) override;

    /// Succeeds: something serves.
    Status ping() override { return {}; }

private:
    template <class Operation>
    auto serve(bool repeatable, Operation operation) -> decltype(operation(std::declval<Cache&>()));

    RedisCache& redis_;
    const Clock& clock_;
    const std::size_t memory_bytes_;
    std::atomic<bool> used_{false};  // something may be in the memory
    std::mutex mutex_;
    std::shared_ptr<MemoryCache> memory_;  // replaced, never changed
};

}  // namespace kitchen::redis
