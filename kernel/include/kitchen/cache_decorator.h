// A cache in front of a cache: what all such have in common, so that each operation is handed on
// in one place. A class that derives from it says in one function what happens around a call:
//
//     class Prefixed final : public kitchen::CacheDecorator<Prefixed> {
//     public:
//         template <class Call>
//         auto through(CacheOperation operation, Call call) { return call(cache_); }
//
// `call` does the operation on the cache that it is given and may be done again.
//
// Thread-safety: as Cache. Ownership: refers to the cache.
#pragma once

#include <array>

#include "kitchen/cache.h"

namespace kitchen {

enum class CacheOperation : std::uint8_t {
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

/// In the order of the enumeration.
inline constexpr std::array<std::string_view, 12> cache_operation_names = {
    "get",        "set",           "set_if_absent", "erase",           "ttl",
    "set_fields", "update_fields", "get_fields",    "increment_field", "compare_and_count",
    "rate_tick",  "publish"};

template <class Derived>
class CacheDecorator : public Cache {
public:
    bool is_remote() const noexcept override { return cache_.is_remote(); }
    Result<std::optional<std::string>> get(std::string_view key) override {
        return around(CacheOperation::get, [&](Cache& cache) { return cache.get(key); });
    }
    Status set(std::string_view key, std::string_view value, Millis ttl) override {
        return around(CacheOperation::set,
                      [&](Cache& cache) { return cache.set(key, value, ttl); });
    }
    Result<bool> set_if_absent(std::string_view key, std::string_view value, Millis ttl) override {
        return around(CacheOperation::set_if_absent,
                      [&](Cache& cache) { return cache.set_if_absent(key, value, ttl); });
    }
    Result<bool> erase(std::string_view key) override {
        return around(CacheOperation::erase, [&](Cache& cache) { return cache.erase(key); });
    }
    Result<std::optional<Millis>> ttl(std::string_view key) override {
        return around(CacheOperation::ttl, [&](Cache& cache) { return cache.ttl(key); });
    }
    Status set_fields(std::string_view key, const CacheFields& fields, Millis ttl) override {
        return around(CacheOperation::set_fields,
                      [&](Cache& cache) { return cache.set_fields(key, fields, ttl); });
    }
    Result<bool> update_fields(std::string_view key, const CacheFields& fields) override {
        return around(CacheOperation::update_fields,
                      [&](Cache& cache) { return cache.update_fields(key, fields); });
    }
    Result<std::optional<CacheFields>> get_fields(std::string_view key) override {
        return around(CacheOperation::get_fields,
                      [&](Cache& cache) { return cache.get_fields(key); });
    }
    Result<std::optional<std::int64_t>> increment_field(std::string_view key,
                                                        std::string_view field,
                                                        std::int64_t max) override {
        return around(CacheOperation::increment_field,
                      [&](Cache& cache) { return cache.increment_field(key, field, max); });
    }
    Result<Comparison> compare_and_count(std::string_view key, std::string_view field,
                                         std::string_view candidate,
                                         std::int64_t max_attempts) override {
        return around(CacheOperation::compare_and_count, [&](Cache& cache) {
            return cache.compare_and_count(key, field, candidate, max_attempts);
        });
    }
    Result<RateDecision> rate_tick(std::string_view key, std::int64_t burst,
                                   Millis period) override {
        return around(CacheOperation::rate_tick,
                      [&](Cache& cache) { return cache.rate_tick(key, burst, period); });
    }
    Status publish(std::string_view channel, std::string_view message) override {
        return around(CacheOperation::publish,
                      [&](Cache& cache) { return cache.publish(channel, message); });
    }
    [[nodiscard]] std::shared_ptr<void> subscribe(std::string_view channel,
                                                  Subscriber subscriber) override {
        return cache_.subscribe(channel, std::move(subscriber));
    }

protected:
    /// `cache` must outlive this.
    explicit CacheDecorator(Cache& cache) : cache_(cache) {}

    Cache& cache_;

private:
    template <class Call>
    auto around(CacheOperation operation, Call call) {
        return static_cast<Derived&>(*this).through(operation, call);
    }
};

}  // namespace kitchen
