#include "kitchen/plugin_v1.h"

#include <memory>

#include "fallback_cache.h"
#include "kitchen/metrics.h"
#include "redis_cache.h"
#include "settings.h"
#include "started_clock.h"

namespace {

using namespace kitchen;

class CacheRedisPlugin final : public PluginV1 {
public:
    void configure(Setup& setup) override {
        redis::Settings settings = redis::read_settings(config_v1(setup));
        keyed_ = !settings.cache.integrity_key.empty();
        const bool memory_serves = settings.memory_serves;
        redis_ =
            std::make_unique<redis::RedisCache>(std::move(settings.cache), clock_, setup.log());
        if (memory_serves) {
            fallback_ =
                std::make_unique<redis::FallbackCache>(*redis_, clock_, settings.memory_bytes);
            setup.provide<Cache>(*fallback_);
        } else {
            setup.provide<Cache>(*redis_);
        }
        setup.add_health_check("cache", !memory_serves, [this, memory_serves]() -> Status {
            Status answered = redis_->ping();
            if (!answered)
                answered.error().detail =
                    memory_serves ? "Redis is away. The memory of this process stands in for it."
                                  : "Redis is away.";
            return answered;
        });
    }

    void start(Services& services) override {
        clock_.bind(services.get<Clock>());
        if (!keyed_)
            services.log().warn(
                "integrity_key is not set: damaged values in Redis are noticed, forged ones are "
                "not");
        damaged_ = services.get<Metrics>().sampled_counter(
            "kitchen_cache_damaged_total",
            "Values in the cache that were not what had been written there; each was a miss.", {},
            [this] { return static_cast<double>(redis_->damaged()); });
        redis_->start(services.get<Random>());
        if (!redis_->client().available())
            services.log().warn("serving without Redis until it can be used",
                                {{"on_failure", fallback_ ? "memory" : "fail"}});
    }

    void stop() override {
        damaged_.reset();
        redis_->stop();
    }

private:
    StartedClock clock_;
    std::unique_ptr<redis::RedisCache> redis_;
    std::unique_ptr<redis::FallbackCache> fallback_;
    std::shared_ptr<void> damaged_;  // the metric; reads redis_
    bool keyed_ = false;
};

constexpr const char* provides[] = {"cache/1"};

}  // namespace

KITCHEN_PLUGIN_V1(CacheRedisPlugin, {.id = "cache-redis",
                                     .version = "0.1.0",
                                     .summary = "cache/1 in Redis, shared by all replicas",
                                     .provides = provides,
                                     .config = kitchen::redis::config_keys})
