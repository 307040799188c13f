#include "kitchen/plugin.h"

#include <memory>
#include <optional>
#include <stdexcept>

#include "fallback_cache.h"
#include "installation.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "migrations.gen.h"
#include "redis_cache.h"
#include "redis_settings.h"

namespace {

using namespace kitchen;

class CacheRedisPlugin final : public Plugin {
public:
    using Settings = redis::CacheRedisSettings;

    CacheRedisPlugin(const Settings& settings, Setup& setup, const Clock& clock, Random& random,
                     Metrics& metrics, Store& store)
        : log_(setup.log()),
          random_(random),
          installation_(store),
          keyed_(!settings.integrity_key.empty()),
          redis_(settings.cache(), clock, log_),
          damaged_(metrics.sampled_counter(
              "kitchen_cache_damaged_total",
              "Values in the cache that were not what had been written there; each was a miss.", {},
              [this] { return static_cast<double>(redis_.damaged()); })) {
        setup.add_migrations(kitchen_migrations);
        const bool memory_serves = settings.on_failure == redis::OnFailure::memory;
        if (memory_serves) {
            fallback_.emplace(redis_, clock, static_cast<std::size_t>(settings.memory.count));
            setup.provide(*fallback_);
        } else {
            setup.provide(redis_);
        }
        setup.add_health_check("cache", !memory_serves, [this]() -> Status {
            Status reached = redis_.ping();
            if (!reached)
                reached.error().detail =
                    fallback_ ? "Redis is away. The memory of this process stands in for it."
                              : "Redis is away.";
            return reached;
        });
    }

    void start() override {
        if (!keyed_)
            log_.warn(
                "integrity_key is not set: damaged values in Redis are noticed, forged ones are "
                "not");
        auto id = installation_.id(random_);
        if (!id) throw std::runtime_error(id.error().detail);
        redis_.start(random_, *id);
        if (!redis_.client().available())
            log_.warn("serving without Redis until it can be used",
                      {{"on_failure", fallback_ ? "memory" : "fail"}});
    }

    void stop() override { redis_.stop(); }

private:
    Logger& log_;
    Random& random_;
    redis::Installation installation_;
    const bool keyed_;
    redis::RedisCache redis_;
    std::optional<redis::FallbackCache> fallback_;
    std::shared_ptr<void> damaged_;  ///< the metric, while it lives
};

}  // namespace

KITCHEN_PLUGIN(CacheRedisPlugin, "cache-redis", "0.1.0", "cache/1 in Redis, shared by all replicas",
               Clock, Random, Metrics, Store, Provides<Cache>)
