#include "observe/measured_cache.h"

#include <utility>

#include "observe/error_kind.h"

namespace kitchen::observe {

namespace {

/// In the order of the enumeration.
constexpr const char* cache_operation_names[] = {
    "get",        "set",           "set_if_absent", "erase",           "ttl",
    "set_fields", "update_fields", "get_fields",    "increment_field", "compare_and_count",
    "rate_tick",  "publish"};

Counter& lookups(Metrics& metrics, const std::string& provider, const char* outcome) {
    return metrics.counter("kitchen_cache_lookups_total",
                           "Reads of an entry, by whether it was there.",
                           {{"provider", provider}, {"outcome", outcome}});
}

}  // namespace

MeasuredCache::MeasuredCache(Cache& cache, std::string provider, Metrics& metrics,
                             const Clock& clock)
    : cache_(cache),
      provider_(std::move(provider)),
      metrics_(metrics),
      clock_(clock),
      hits_(lookups(metrics, provider_, "hit")),
      misses_(lookups(metrics, provider_, "miss")) {
    static_assert(std::size(cache_operation_names) == operation_count);
    for (std::size_t i = 0; i < operation_count; ++i)
        durations_[i] = &metrics.histogram(
            "kitchen_cache_operation_duration_seconds", "Time until the cache answered.",
            {{"provider", provider_}, {"operation", cache_operation_names[i]}});
}

template <class Work>
auto MeasuredCache::measure(Operation operation, Work&& work) {
    const auto begin = clock_.steady_now();
    auto result = work();
    durations_[static_cast<std::size_t>(operation)]->observe(clock_.steady_now() - begin);
    if (!result) count_error(operation, result.error().kind);
    return result;
}

template <class Found>
Result<Found> MeasuredCache::note_lookup(Result<Found> result) {
    if (result) (result->has_value() ? hits_ : misses_).add();
    return result;
}

// Rare enough to look the series up each time.
void MeasuredCache::count_error(Operation operation, Errc kind) {
    metrics_
        .counter("kitchen_cache_errors_total", "Calls of the cache that failed.",
                 {{"provider", provider_},
                  {"operation", cache_operation_names[static_cast<std::size_t>(operation)]},
                  {"kind", std::string(word_for(kind))}})
        .add();
}

Result<std::optional<std::string>> MeasuredCache::get(std::string_view key) {
    return note_lookup(measure(Operation::get, [&] { return cache_.get(key); }));
}

Status MeasuredCache::set(std::string_view key, std::string_view value, Millis ttl) {
    return measure(Operation::set, [&] { return cache_.set(key, value, ttl); });
}

Result<bool> MeasuredCache::set_if_absent(std::string_view key, std::string_view value,
                                          Millis ttl) {
    return measure(Operation::set_if_absent, [&] { return cache_.set_if_absent(key, value, ttl); });
}

Result<bool> MeasuredCache::erase(std::string_view key) {
    return measure(Operation::erase, [&] { return cache_.erase(key); });
}

Result<std::optional<Cache::Millis>> MeasuredCache::ttl(std::string_view key) {
    return measure(Operation::ttl, [&] { return cache_.ttl(key); });
}

Status MeasuredCache::set_fields(std::string_view key, const CacheFields& fields, Millis ttl) {
    return measure(Operation::set_fields, [&] { return cache_.set_fields(key, fields, ttl); });
}

Result<bool> MeasuredCache::update_fields(std::string_view key, const CacheFields& fields) {
    return measure(Operation::update_fields, [&] { return cache_.update_fields(key, fields); });
}

Result<std::optional<CacheFields>> MeasuredCache::get_fields(std::string_view key) {
    return note_lookup(measure(Operation::get_fields, [&] { return cache_.get_fields(key); }));
}

Result<std::optional<std::int64_t>> MeasuredCache::increment_field(std::string_view key,
                                                                   std::string_view field,
                                                                   std::int64_t max) {
    return measure(Operation::increment_field,
                   [&] { return cache_.increment_field(key, field, max); });
}

Result<Comparison> MeasuredCache::compare_and_count(std::string_view key, std::string_view field,
                                                    std::string_view candidate,
                                                    std::int64_t max_attempts) {
    return measure(Operation::compare_and_count,
                   [&] { return cache_.compare_and_count(key, field, candidate, max_attempts); });
}

Result<RateDecision> MeasuredCache::rate_tick(std::string_view key, std::int64_t burst,
                                              Millis period) {
    return measure(Operation::rate_tick, [&] { return cache_.rate_tick(key, burst, period); });
}

Status MeasuredCache::publish(std::string_view channel, std::string_view message) {
    return measure(Operation::publish, [&] { return cache_.publish(channel, message); });
}

std::shared_ptr<void> MeasuredCache::subscribe(std::string_view channel, Subscriber subscriber) {
    return cache_.subscribe(channel, std::move(subscriber));
}

}  // namespace kitchen::observe
