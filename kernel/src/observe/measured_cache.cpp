#include "observe/measured_cache.h"

#include <utility>

#include "observe/error_kind.h"

namespace kitchen::observe {

namespace {

Counter& lookups(Metrics& metrics, const std::string& provider, const char* outcome) {
    return metrics.counter("kitchen_cache_lookups_total",
                           "Reads of an entry, by whether it was there.",
                           {{"provider", provider}, {"outcome", outcome}});
}

std::string name_of(CacheOperation operation) {
    return std::string(cache_operation_names[static_cast<std::size_t>(operation)]);
}

}  // namespace

MeasuredCache::MeasuredCache(Cache& cache, std::string provider, Metrics& metrics,
                             const Clock& clock)
    : CacheDecorator(cache),
      provider_(std::move(provider)),
      metrics_(metrics),
      clock_(clock),
      hits_(lookups(metrics, provider_, "hit")),
      misses_(lookups(metrics, provider_, "miss")) {
    for (std::size_t i = 0; i < durations_.size(); ++i)
        durations_[i] = &metrics.histogram(
            "kitchen_cache_operation_duration_seconds", "Time until the cache answered.",
            {{"provider", provider_}, {"operation", name_of(static_cast<CacheOperation>(i))}});
}

// Rare enough to look the series up each time.
void MeasuredCache::count_error(CacheOperation operation, Errc kind) {
    metrics_
        .counter("kitchen_cache_errors_total", "Calls of the cache that failed.",
                 {{"provider", provider_},
                  {"operation", name_of(operation)},
                  {"kind", std::string(word_for(kind))}})
        .add();
}

// Asking for the time left, or counting, reads no entry.
void MeasuredCache::count_lookup(CacheOperation operation, bool found) {
    if (operation == CacheOperation::get || operation == CacheOperation::get_fields)
        (found ? hits_ : misses_).add();
}

}  // namespace kitchen::observe
