// cache/1 in the memory of this process: for one replica, for tests, and as the stand-in when a
// shared cache is away.
//
// Entries expire by Clock::steady_now(): lazily when they are looked at, and a few at each write.
// When the entries together are larger than Options::max_bytes, the least recently used ones go.
// Reading counts as use.
//
// One key holds one thing: a value, a hash entry or a rate. Asking a key for another kind finds
// nothing; setting replaces. Beyond the errors of cache.h: those of cache_limits.h, when the caller
// breaks a limit.
//
// Thread-safety: all calls, from any thread. One mutex: the README says what it costs.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>

#include "cache_limits.h"
#include "entry_table.h"
#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "message_bus.h"

namespace kitchen {

class MemoryCache : public Cache {
public:
    static constexpr Millis max_ttl = cache_limits::max_ttl;

    struct Options {
        std::size_t max_bytes =
            64 * 1024 * 1024;   ///< of all entries, with what it costs to keep them
        Logger* log = nullptr;  ///< where a subscriber's exception is reported; may be null
    };

    /// The clock (and the logger) must outlive the cache. Starts no thread: the first subscribe()
    /// does.
    explicit MemoryCache(const Clock& clock) : MemoryCache(clock, Options{}) {}
    MemoryCache(const Clock& clock, Options options);
    ~MemoryCache() override;

    bool is_remote() const noexcept override { return false; }
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

    Status publish(std::string_view channel, std::string_view message) override;
    [[nodiscard]] std::shared_ptr<void> subscribe(std::string_view channel,
                                                  Subscriber subscriber) override;

    /// Ends the delivery of messages and waits for a running subscriber. Idempotent; the destructor
    /// calls it.
    void stop();

    /// What is held now, expired entries that were not swept yet included.
    std::size_t size() const;
    std::size_t bytes() const;

private:
    EntryTable::Instant expiry(Millis ttl) const;
    const Clock& clock_;
    mutable std::mutex mutex_;
    EntryTable entries_;
    MessageBus bus_;
};

}  // namespace kitchen
