#include "kitchen/in_memory.h"
#include "kitchen/plugin.h"
#include "memory_cache.h"

namespace kitchen {

struct CacheMemorySettings {
    Bytes max_bytes = mebibytes(64);

    static void describe(Fields<CacheMemorySettings>& field) {
        field("max_bytes", &CacheMemorySettings::max_bytes,
              "Memory for all entries; past it the least recently used ones go")
            .between(mebibytes(2), gibibytes(1024));
    }
};

class CacheMemoryPlugin final : public Plugin, public InMemory {
public:
    using Settings = CacheMemorySettings;

    CacheMemoryPlugin(const Settings& settings, Setup& setup, const Clock& clock)
        : cache_(clock, {.max_bytes = static_cast<std::size_t>(settings.max_bytes.count),
                         .log = &setup.log()}) {
        setup.provide(cache_);
        setup.provide<InMemory>(*this);
        setup.add_health_check("cache", true, [] { return Status(); });
    }
    void stop() override { cache_.stop(); }

private:
    MemoryCache cache_;
};

}  // namespace kitchen

KITCHEN_PLUGIN(kitchen::CacheMemoryPlugin, "cache-memory", "0.1.0",
               "cache/1 in the memory of this process", kitchen::Clock,
               kitchen::Provides<kitchen::Cache>, kitchen::Provides<kitchen::InMemory>)
