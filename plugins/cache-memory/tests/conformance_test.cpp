#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "memory_cache.h"

namespace kitchen::testkit {

namespace {

CacheFactory memory_factory() {
    auto clock = std::make_shared<ManualClock>();
    return {"memory", [clock] { return std::make_shared<MemoryCache>(*clock); },
            [clock](std::chrono::milliseconds by) { clock->advance(by); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Memory, CacheConformance, testing::Values(memory_factory()));

}  // namespace kitchen::testkit
