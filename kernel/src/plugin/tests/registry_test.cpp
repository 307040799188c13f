#include "plugin/registry.h"

#include <gtest/gtest.h>

namespace kitchen::plugin {
namespace {

TEST(Registry, FindsWhatStandsBehindAnInterface) {
    Registry registry;
    int sqlite = 0, redis = 0;
    registry.bind("store/1", {"store-sqlite", &sqlite});
    registry.bind("cache/1", {"cache-redis", &redis});
    EXPECT_EQ(registry.find("store/1"), &sqlite);
    EXPECT_EQ(registry.find("cache/1"), &redis);
    EXPECT_EQ(registry.find("store/2"), nullptr);
    registry.remove("cache-redis");
    EXPECT_EQ(registry.find("cache/1"), nullptr);
    EXPECT_EQ(registry.find("store/1"), &sqlite);
}

TEST(Registry, GivesAllInTheOrderOfTheirPlaces) {
    Registry registry;
    int hours = 0, codes = 0, fees = 0;
    const auto ids = [&] {
        std::string text;
        for (const auto& provider : registry.all("step/1")) text += provider.plugin + ' ';
        return text;
    };
    registry.add("step/1", 7, {"fees", &fees});
    registry.add("step/1", 2, {"hours", &hours});
    registry.add("step/1", 5, {"codes", &codes});
    EXPECT_EQ(ids(), "hours codes fees ");
    EXPECT_EQ(registry.all("step/1").front().service, &hours);
    registry.remove("codes");
    EXPECT_EQ(ids(), "hours fees ");
    EXPECT_TRUE(registry.all("other/1").empty());
    EXPECT_EQ(registry.find("step/1"), nullptr);
}

}  // namespace
}  // namespace kitchen::plugin
