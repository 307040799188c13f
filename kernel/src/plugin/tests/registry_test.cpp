#include "plugin/registry.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace kitchen::plugin {
namespace {

TEST(Registry, FindsByInterfaceAndInstance) {
    Registry registry;
    int sqlite = 0, memory = 0;
    registry.add("store/1", "sqlite", &sqlite);
    registry.add("store/1", "memory", &memory);
    EXPECT_EQ(registry.find("store/1", "sqlite"), &sqlite);
    EXPECT_EQ(registry.find("store/1", "memory"), &memory);
    EXPECT_EQ(registry.find("store/2", "memory"), nullptr);
    EXPECT_EQ(registry.bound("store/1"), nullptr);
    EXPECT_THROW(registry.add("store/1", "sqlite", &memory), std::logic_error);
}

TEST(Registry, BindsOneInstance) {
    Registry registry;
    int sqlite = 0, memory = 0;
    registry.add("store/1", "sqlite", &sqlite);
    registry.add("store/1", "memory", &memory);
    registry.bind({{"store/1", "memory"}});
    EXPECT_EQ(registry.bound("store/1"), &memory);
    registry.bind({{"store/1", "sqlite"}});
    EXPECT_EQ(registry.bound("store/1"), &sqlite);
    registry.bind({});
    EXPECT_EQ(registry.bound("store/1"), nullptr);
}

TEST(Registry, KeepsTheKernelsOwnBound) {
    Registry registry;
    int clock = 0;
    registry.add("clock/1", Registry::kernel_instance, &clock);
    registry.bind({});
    EXPECT_EQ(registry.bound("clock/1"), &clock);
}

TEST(Registry, ForgetsAnInstance) {
    Registry registry;
    int redis = 0;
    registry.add("cache/1", "redis", &redis);
    registry.bind({{"cache/1", "redis"}});
    registry.remove_instance("redis");
    EXPECT_EQ(registry.bound("cache/1"), nullptr);
    EXPECT_EQ(registry.find("cache/1", "redis"), nullptr);
}

}  // namespace
}  // namespace kitchen::plugin
