// cache/1 in Redis, shared by all replicas. The README says how entries are laid out and what each
// operation is there.
//
// One key holds one thing: a value, a hash entry or a rate. Asking a key for another kind finds
// nothing; setting replaces. What is damaged (envelope.h) is a miss and is counted. Counters hold
// at most 15 digits.
//
// Errors: unavailable while Redis is away, with code "cache_unavailable" (nothing was done) or
// "cache_unanswered" (it may have been done), and "cache_busy" when no connection became free in
// time (nothing was done); those of cache_limits.h when the caller breaks a limit. Thread-safety:
// all calls, from any thread, between start() and stop(); those two on one thread.
#pragma once

#include <functional>
#include <string>

#include "damage_counter.h"
#include "envelope.h"
#include "kitchen/cache.h"
#include "redis_client.h"
#include "subscriptions.h"

namespace kitchen::redis {

struct CacheSettings {
    ClientSettings client;
    std::string prefix = "kitchen";  ///< no '{' or '}'
    std::string integrity_key;       ///< see envelope.h
};

class RedisCache : public Cache {
public:
    /// Both must outlive the cache. Opens nothing.
    RedisCache(CacheSettings settings, const Clock& clock, Logger& log);
    ~RedisCache() override;

    /// Never fails: while Redis cannot be reached, every call says so. `installation` becomes part
    /// of all names in Redis (installation.h). `random` must outlive the cache.
    void start(Random& random, const std::string& installation);
    /// Idempotent; the destructor calls it.
    void stop();

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

    /// Whether it can be used now.
    Status ping();

    /// To the subscribers of this process only.
    void deliver(std::string_view channel, std::string_view message) {
        subscriptions_.deliver(channel, message);
    }
    /// Values found damaged since the start.
    std::int64_t damaged() const noexcept { return damage_.total(); }
    const RedisClient& client() const noexcept { return client_; }

private:
    std::string place(std::string_view key) const;
    std::optional<CacheFields> open_fields(std::string_view key, const std::string& place,
                                           const std::vector<Reply>& stored);

    std::string prefix_;  // of the configuration until start() has made it whole
    std::string channel_prefix_;
    const Envelope envelope_;
    DamageCounter damage_;
    RedisClient client_;
    Subscriptions subscriptions_;
};

}  // namespace kitchen::redis
