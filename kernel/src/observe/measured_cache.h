// A cache with a watch beside it: the kernel puts one around every provider of cache/1, so that no
// backend has to measure itself. Measures each call, counts its errors, and what was found and what
// was not.
//
// Thread-safety: as Cache. Ownership: refers to the cache; outlives those who use it.
#pragma once

#include <string>

#include "kitchen/cache_decorator.h"
#include "kitchen/clock.h"
#include "kitchen/metrics.h"
#include "observe/waiting.h"

namespace kitchen::observe {

class MeasuredCache final : public CacheDecorator<MeasuredCache> {
public:
    /// `provider` is the id of the cache's plugin. All references must outlive this.
    MeasuredCache(Cache& cache, std::string provider, Metrics& metrics, const Clock& clock);

    template <class Call>
    auto through(CacheOperation operation, const Call& call) {
        const Waiting waiting(cache_.is_remote());
        const auto begin = clock_.steady_now();
        auto result = call(cache_);
        durations_[static_cast<std::size_t>(operation)]->observe(clock_.steady_now() - begin);
        if (!result)
            count_error(operation, result.error().kind);
        else if constexpr (requires { result->has_value(); })
            count_lookup(operation, result->has_value());
        return result;
    }

private:
    void count_error(CacheOperation operation, Errc kind);
    void count_lookup(CacheOperation operation, bool found);

    const std::string provider_;
    Metrics& metrics_;
    const Clock& clock_;
    std::array<Histogram*, cache_operation_names.size()> durations_;
    Counter& hits_;
    Counter& misses_;
};

}  // namespace kitchen::observe
