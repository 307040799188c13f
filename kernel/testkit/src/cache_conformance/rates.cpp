// Rates: bursts, refusals and when they are over.
#include <algorithm>

#include "cache_suite.h"

namespace kitchen::testkit {

using namespace cache_suite;
void cache_suite::link_rates() {}

namespace {

TEST_P(CacheConformance, ARateAllowsItsBurstAndThenRefuses) {
    for (int remaining = 4; remaining >= 0; --remaining) {
        const auto tick = cache->rate_tick("test:rate", 5, a_minute).value();
        ASSERT_TRUE(tick.allowed);
        EXPECT_EQ(tick.remaining, remaining);
        EXPECT_EQ(tick.retry_after, 0ms);
        EXPECT_GT(tick.reset_after, 0ms);
        EXPECT_LE(tick.reset_after, (5 - remaining) * a_minute);
    }
    for (int i = 0; i < 3; ++i) {  // refusals do not push the limit further away
        const auto refused = cache->rate_tick("test:rate", 5, a_minute).value();
        EXPECT_FALSE(refused.allowed);
        EXPECT_EQ(refused.remaining, 0);
        EXPECT_GT(refused.retry_after, 0ms);
        EXPECT_LE(refused.retry_after, a_minute);
        EXPECT_GE(refused.reset_after, refused.retry_after);
        EXPECT_LE(refused.reset_after, 5 * a_minute);
    }
    EXPECT_TRUE(cache->rate_tick("test:other", 5, a_minute).value().allowed);
}

TEST_P(CacheConformance, ARateAllowsOneMoreAfterRetryAfter) {
    RateDecision tick;
    for (int i = 0; i < 1000; ++i) {
        tick = cache->rate_tick("test:rate", 2, 500ms).value();
        if (!tick.allowed) break;
    }
    ASSERT_FALSE(tick.allowed);
    GetParam().advance(tick.retry_after);
    EXPECT_TRUE(cache->rate_tick("test:rate", 2, 500ms).value().allowed);
}

TEST_P(CacheConformance, ARateIsFullAgainAfterResetAfterAndNoFuller) {
    RateDecision tick;
    for (int i = 0; i < 3; ++i) tick = cache->rate_tick("test:rate", 3, 50ms).value();
    GetParam().advance(tick.reset_after + 500ms);
    const auto first = cache->rate_tick("test:rate", 3, 50ms).value();
    EXPECT_TRUE(first.allowed);
    EXPECT_EQ(first.remaining, 2);
}

TEST_P(CacheConformance, ParallelTicksNeverPassTheBurst) {
    const auto allowed = results_in_parallel(50, [&](int) {
        return static_cast<int>(cache->rate_tick("test:rate", 7, a_minute).value().allowed);
    });
    EXPECT_EQ(std::count(allowed.begin(), allowed.end(), 1), 7);
}

TEST_P(CacheConformance, EraseForgetsARate) {
    EXPECT_TRUE(cache->rate_tick("test:rate", 1, a_minute).value().allowed);
    EXPECT_FALSE(cache->rate_tick("test:rate", 1, a_minute).value().allowed);
    EXPECT_TRUE(cache->erase("test:rate").value());
    EXPECT_TRUE(cache->rate_tick("test:rate", 1, a_minute).value().allowed);
}

}  // namespace
}  // namespace kitchen::testkit
