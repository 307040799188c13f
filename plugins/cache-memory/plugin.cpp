#include <memory>

#include "kitchen/plugin_v1.h"
#include "memory_cache.h"
#include "started_clock.h"

namespace kitchen {

class CacheMemoryPlugin : public PluginV1 {
public:
    void configure(Setup& setup) override {
        MemoryCache::Options options;
        options.max_bytes = static_cast<std::size_t>(config_v1(setup).bytes("max_bytes"));
        options.log = &setup.log();
        cache_ = std::make_unique<MemoryCache>(clock_, options);
        setup.provide<Cache>(*cache_);
        setup.add_health_check("cache", true, [this] { return cache_->ping(); });
    }
    void start(Services& services) override { clock_.bind(services.get<Clock>()); }
    void stop() override { cache_->stop(); }

private:
    StartedClock clock_;
    std::unique_ptr<MemoryCache> cache_;
};

}  // namespace kitchen

constexpr const char* provides[] = {"cache/1"};
constexpr kitchen_config_key config[] = {
    {"max_bytes", KITCHEN_CONFIG_BYTES, "64MiB", 0, "2MiB..1024GiB",
     "Memory for all entries; past it the least recently used ones go"},
};

KITCHEN_PLUGIN_V1(kitchen::CacheMemoryPlugin, {.id = "cache-memory",
                                               .version = "0.1.0",
                                               .summary = "cache/1 in the memory of this process",
                                               .provides = provides,
                                               .config = config})
