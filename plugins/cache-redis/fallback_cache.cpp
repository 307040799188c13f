#include "fallback_cache.h"

#include <utility>

namespace kitchen::redis {

namespace {

// Whether Redis and the memory may both have carried it out.
bool repeatable(CacheOperation operation) {
    switch (operation) {
        case CacheOperation::get:
        case CacheOperation::set:
        case CacheOperation::ttl:
        case CacheOperation::get_fields:
        case CacheOperation::rate_tick: return true;
        default: return false;
    }
}

// When all connections are in use Redis is there, and serves others.
bool is_away(const Error& failure) {
    return failure.kind == Errc::unavailable && failure.code != "cache_busy";
}

}  // namespace

FallbackCache::FallbackCache(RedisCache& redis, const Clock& clock, std::size_t memory_bytes)
    : CacheDecorator(redis),
      redis_(redis),
      clock_(clock),
      memory_bytes_(memory_bytes),
      memory_(std::make_shared<MemoryCache>(clock_, MemoryCache::Options{memory_bytes_, nullptr})) {
}

// Redis is there: the memory begins its next absence empty.
void FallbackCache::forget() {
    if (!used_.load(std::memory_order_relaxed) || !used_.exchange(false)) return;
    auto fresh =
        std::make_shared<MemoryCache>(clock_, MemoryCache::Options{memory_bytes_, nullptr});
    std::lock_guard lock(mutex_);
    memory_.swap(fresh);
}

// The memory, when Redis is away and has surely not carried out what must happen once.
std::shared_ptr<MemoryCache> FallbackCache::stand_in(CacheOperation operation,
                                                     const Error& failure) {
    if (!is_away(failure)) return nullptr;
    if (failure.code == "cache_unanswered" && !repeatable(operation)) return nullptr;
    std::lock_guard lock(mutex_);
    used_ = true;
    return memory_;
}

Status FallbackCache::publish(std::string_view channel, std::string_view message) {
    Status published = redis_.publish(channel, message);
    if (published || !is_away(published.error())) return published;
    // Perhaps it goes out: a second delivery would be one too many, and loss is allowed.
    if (published.error().code != "cache_unanswered") redis_.deliver(channel, message);
    return {};
}

}  // namespace kitchen::redis
