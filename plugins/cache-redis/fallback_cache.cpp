#include "fallback_cache.h"

#include <utility>

namespace kitchen::redis {

namespace {
constexpr bool repeatable = true;
constexpr bool once = false;
}  // namespace

FallbackCache::FallbackCache(RedisCache& redis, const Clock& clock, std::size_t memory_bytes)
    : redis_(redis),
      clock_(clock),
      memory_bytes_(memory_bytes),
      memory_(std::make_shared<MemoryCache>(clock_, MemoryCache::Options{memory_bytes_, nullptr})) {
}

template <class Operation>
auto FallbackCache::serve(bool may_repeat, Operation operation)
    -> decltype(operation(std::declval<Cache&>())) {
    auto answer = operation(static_cast<Cache&>(redis_));
    if (answer) {
        if (used_.load(std::memory_order_relaxed) && used_.exchange(false)) {
            auto fresh =
                std::make_shared<MemoryCache>(clock_, MemoryCache::Options{memory_bytes_, nullptr});
            std::lock_guard lock(mutex_);
            memory_.swap(fresh);
        }
        return answer;
    }
    if (answer.error().kind != Errc::unavailable) return answer;
    if (!may_repeat && answer.error().code == "cache_unanswered") return answer;
    std::shared_ptr<MemoryCache> memory;
    {
        std::lock_guard lock(mutex_);
        memory = memory_;
    }
    used_ = true;
    return operation(static_cast<Cache&>(*memory));
}

Result<std::optional<std::string>> FallbackCache::get(std::string_view key) {
    return serve(repeatable, [&](Cache& cache) { return cache.get(key); });
}

Status FallbackCache::set(std::string_view key, std::string_view value, Millis ttl) {
    return serve(repeatable, [&](Cache& cache) { return cache.set(key, value, ttl); });
}

Result<bool> FallbackCache::set_if_absent(std::string_view key, std::string_view value,
                                          Millis ttl) {
    return serve(once, [&](Cache& cache) { return cache.set_if_absent(key, value, ttl); });
}

Result<bool> FallbackCache::erase(std::string_view key) {
    return serve(once, [&](Cache& cache) { return cache.erase(key); });
}

Result<std::optional<Cache::Millis>> FallbackCache::ttl(std::string_view key) {
    return serve(repeatable, [&](Cache& cache) { return cache.ttl(key); });
}

Status FallbackCache::set_fields(std::string_view key, const CacheFields& fields, Millis ttl) {
    return serve(once, [&](Cache& cache) { return cache.set_fields(key, fields, ttl); });
}

Result<bool> FallbackCache::update_fields(std::string_view key, const CacheFields& fields) {
    return serve(once, [&](Cache& cache) { return cache.update_fields(key, fields); });
}

Result<std::optional<CacheFields>> FallbackCache::get_fields(std::string_view key) {
    return serve(repeatable, [&](Cache& cache) { return cache.get_fields(key); });
}

Result<std::optional<std::int64_t>> FallbackCache::increment_field(std::string_view key,
                                                                   std::string_view field,
                                                                   std::int64_t max) {
    return serve(once, [&](Cache& cache) { return cache.increment_field(key, field, max); });
}

Result<Comparison> FallbackCache::compare_and_count(std::string_view key, std::string_view field,
                                                    std::string_view candidate,
                                                    std::int64_t max_attempts) {
    return serve(once, [&](Cache& cache) {
        return cache.compare_and_count(key, field, candidate, max_attempts);
    });
}

Result<RateDecision> FallbackCache::rate_tick(std::string_view key, std::int64_t burst,
                                              Millis period) {
    return serve(repeatable, [&](Cache& cache) { return cache.rate_tick(key, burst, period); });
}

Status FallbackCache::publish(std::string_view channel, std::string_view message) {
    Status published = redis_.publish(channel, message);
    if (!published && published.error().kind == Errc::unavailable &&
        published.error().code != "cache_unanswered") {
        redis_.deliver(channel, message);
        return {};
    }
    // Perhaps it goes out: a second delivery would be one too many, and loss is allowed.
    if (!published && published.error().kind == Errc::unavailable) return {};
    return published;
}

std::shared_ptr<void> FallbackCache::subscribe(std::string_view channel, Subscriber subscriber) {
    return redis_.subscribe(channel, std::move(subscriber));
}

}  // namespace kitchen::redis
