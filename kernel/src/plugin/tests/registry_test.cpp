#include "plugin/registry.h"

#include <gtest/gtest.h>

namespace kitchen::plugin {
namespace {

TEST(Registry, FindsWhatStandsBehindAnInterface) {
    Registry registry;
    int sqlite = 0, redis = 0;
    registry.add("store/1", &sqlite);
    registry.add("cache/1", &redis);
    EXPECT_EQ(registry.find("store/1"), &sqlite);
    EXPECT_EQ(registry.find("cache/1"), &redis);
    EXPECT_EQ(registry.find("store/2"), nullptr);
    registry.remove("cache/1");
    EXPECT_EQ(registry.find("cache/1"), nullptr);
    EXPECT_EQ(registry.find("store/1"), &sqlite);
}

}  // namespace
}  // namespace kitchen::plugin
