#include "kitchen/in_memory.h"
#include "kitchen/plugin.h"

#include <stdexcept>

#include "memory_store.h"

namespace {

using namespace kitchen;

class MemoryPlugin final : public Plugin, public InMemory {
public:
    explicit MemoryPlugin(Setup& setup) : log_(setup.log()) {
        setup.provide<Store>(store_);
        setup.provide<StoreTransfer>(store_);
        setup.provide<InMemory>(*this);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
    }

    void start() override {
        if (auto opened = store_.open(); !opened) throw std::runtime_error(opened.error().detail);
        // `create-admin` on such a store would else look like a success.
        log_.warn("all data is lost when this process ends");
    }

    void stop() override { store_.close(); }

private:
    Logger& log_;
    sqlite::MemoryStore store_;
};

}  // namespace

KITCHEN_PLUGIN(MemoryPlugin, "store-memory", "1.0.0",
               "Storage in memory, for tests: nothing survives a restart",
               kitchen::Provides<kitchen::Store>, kitchen::Provides<kitchen::StoreTransfer>,
               kitchen::Provides<kitchen::InMemory>)
