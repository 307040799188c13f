#include "recent_keys.h"

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::smtp {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(RecentKeys, AreKnownForADay) {
    testkit::ManualClock clock;
    RecentKeys keys(clock);
    EXPECT_FALSE(keys.contains("a"));
    keys.add("a");
    clock.advance(hours(12));
    keys.add("b");
    clock.advance(hours(12) - seconds(1));
    EXPECT_TRUE(keys.contains("a"));
    clock.advance(seconds(1));
    EXPECT_FALSE(keys.contains("a"));
    EXPECT_TRUE(keys.contains("b"));
}

TEST(RecentKeys, AreBounded) {
    testkit::ManualClock clock;
    RecentKeys keys(clock);
    for (std::size_t i = 0; i <= RecentKeys::most; ++i) keys.add(std::to_string(i));
    EXPECT_FALSE(keys.contains("0"));
    EXPECT_TRUE(keys.contains("1"));
    EXPECT_TRUE(keys.contains(std::to_string(RecentKeys::most)));
}

}  // namespace
}  // namespace kitchen::smtp
