#include "kitchen/plugin_v1.h"

#include <stdexcept>

#include "memory_store.h"

namespace {

class MemoryPlugin final : public kitchen::PluginV1 {
public:
    void configure(kitchen::Setup& setup) override {
        setup.provide<kitchen::Store>(store_);
        setup.provide<kitchen::StoreTransfer>(store_);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
    }

    void start(kitchen::Services& services) override {
        if (auto opened = store_.open(); !opened) throw std::runtime_error(opened.error().detail);
        services.log().warn(
            "all data is lost when this process ends");  // `create-admin` on such a store would
                                                         // else look like a success
    }

    void stop() override { store_.close(); }

private:
    kitchen::sqlite::MemoryStore store_;
};

constexpr const char* provides[] = {"store/1", "store-transfer/1"};

}  // namespace

KITCHEN_PLUGIN_V1(MemoryPlugin,
                  {.id = "store-memory",
                   .version = "1.0.0",
                   .summary = "Storage in memory, for tests: nothing survives a restart",
                   .provides = provides})
