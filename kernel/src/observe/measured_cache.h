// A cache with a watch beside it: the kernel puts one around every provider of cache/1, so that no
// backend has to measure itself. Measures each call, counts its errors, and what was found and what
// was not.
//
// Thread-safety: as Cache. Ownership: refers to the cache; outlives those who use it.
#pragma once

#include <array>
#include <string>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/metrics.h"

namespace kitchen::observe {

class MeasuredCache final : public Cache {
public:
    /// `provider` is the id of the cache's plugin. All references must outlive this.
    MeasuredCache(Cache& cache, std::string provider, Metrics& metrics, const Clock& clock);

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
    std::shared_ptr<void> subscribe(std::string_view channel, Subscriber subscriber) override;
    Status ping() override { return cache_.ping(); }

private:
    enum class Operation {
        get,
        set,
        set_if_absent,
        erase,
        ttl,
        set_fields,
        update_fields,
        get_fields,
        increment_field,
        compare_and_count,
        rate_tick,
        publish,
    };
    static constexpr std::size_t operation_count = static_cast<std::size_t>(Operation::publish) + 1;

    template <class Work>
    auto measure(Operation operation, Work&& work);
    template <class Found>
    Result<Found> note_lookup(Result<Found> result);
    void count_error(Operation operation, Errc kind);

    Cache& cache_;
    const std::string provider_;
    Metrics& metrics_;
    const Clock& clock_;
    std::array<Histogram*, operation_count> durations_;
    Counter& hits_;
    Counter& misses_;
};

}  // namespace kitchen::observe
