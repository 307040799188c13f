// What MemoryCache adds to the contract, which the conformance suite covers: bounds, kinds of
// entries, exact times.
#include "memory_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "kitchen/testkit/fakes.h"

namespace kitchen {
namespace {

using namespace std::chrono_literals;
using Millis = Cache::Millis;

class MemoryCacheTest : public testing::Test {
protected:
    testkit::ManualClock clock;
    MemoryCache cache{clock};
};

TEST_F(MemoryCacheTest, AnEntryLivesToTheMillisecond) {
    cache.set("k", "v", 100ms).value();
    clock.advance(99ms);
    EXPECT_EQ(cache.get("k").value(), "v");
    EXPECT_EQ(cache.ttl("k").value(), 1ms);
    clock.advance(1ms);
    EXPECT_EQ(cache.get("k").value(), std::nullopt);
    EXPECT_EQ(cache.size(), 0u);
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST_F(MemoryCacheTest, AnEndlessTtlIsCut) {
    cache.set("k", "v", Millis::max()).value();
    EXPECT_EQ(cache.ttl("k").value(), MemoryCache::max_ttl);
}

TEST_F(MemoryCacheTest, WritesSweepSomeExpiredEntries) {
    for (int i = 0; i < 20; ++i) cache.set("old" + std::to_string(i), "v", 1s).value();
    clock.advance(2s);
    cache.set("new", "v", 1min).value();
    EXPECT_EQ(cache.size(), 20u - EntryTable::sweep_limit + 1);
    cache.set("new", "w", 1min).value();
    cache.set("new", "x", 1min).value();
    EXPECT_EQ(cache.size(), 1u);
}

TEST_F(MemoryCacheTest, AKeyHoldsOneKindOfThing) {
    cache.set("k", "value", 1min).value();
    EXPECT_EQ(cache.get_fields("k").value(), std::nullopt);
    EXPECT_FALSE(cache.update_fields("k", {{"f", "x"}}).value());
    EXPECT_EQ(cache.increment_field("k", "f", 5).value(), std::nullopt);
    EXPECT_EQ(cache.compare_and_count("k", "f", "x", 5).value().outcome,
              Comparison::Outcome::missing);
    EXPECT_EQ(cache.get("k").value(), "value");

    cache.set_fields("k", {{"f", "x"}}, 1min).value();
    EXPECT_EQ(cache.get("k").value(), std::nullopt);
    EXPECT_FALSE(cache.set_if_absent("k", "value", 1min).value());
    EXPECT_TRUE(cache.get_fields("k").value().has_value());
}

TEST_F(MemoryCacheTest, ARepeatedFieldKeepsTheLastValue) {
    cache.set_fields("k", {{"f", "1"}, {"f", "2"}}, 1min).value();
    EXPECT_EQ(cache.get_fields("k").value(), (CacheFields{{"f", "2"}}));
}

TEST_F(MemoryCacheTest, AnUpdateThatGrowsPastTheLimitChangesNothing) {
    cache.set_fields("k", {{"f", std::string(1024 * 1024 - 1, 'x')}}, 1min).value();
    const auto refused = cache.update_fields("k", {{"g", "more"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "cache_value_too_large");
    EXPECT_EQ(cache.get_fields("k").value()->size(), 1u);
}

TEST_F(MemoryCacheTest, TriesThatRanOutByALoweredLimitAreNotCompared) {
    cache.set_fields("k", {{"code", "right"}, {"attempts", "3"}}, 1min).value();
    EXPECT_EQ(cache.compare_and_count("k", "code", "right", 3).value().outcome,
              Comparison::Outcome::exhausted);
    EXPECT_EQ(cache.get_fields("k").value(), std::nullopt);
}

TEST_F(MemoryCacheTest, ACountThatIsNoNumberIsAnErrorAndComparesNothing) {
    cache.set_fields("k", {{"code", "right"}, {"attempts", "many"}}, 1min).value();
    const auto refused = cache.compare_and_count("k", "code", "right", 3);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "cache_field_not_integer");
}

TEST_F(MemoryCacheTest, ARateFollowsItsSchedule) {
    const auto tick = [&] { return cache.rate_tick("k", 3, 10s).value(); };
    EXPECT_EQ(tick().remaining, 2);
    clock.advance(4s);
    EXPECT_EQ(tick().remaining, 1);
    EXPECT_EQ(tick().remaining, 0);
    const auto refused = tick();
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.retry_after, 6s);
    EXPECT_EQ(refused.reset_after, 26s);
    clock.advance(refused.retry_after - 1ms);
    EXPECT_FALSE(tick().allowed);
    clock.advance(1ms);
    const auto allowed = tick();
    EXPECT_TRUE(allowed.allowed);
    EXPECT_EQ(allowed.remaining, 0);
    EXPECT_EQ(allowed.reset_after, 30s);
    clock.advance(30s);
    EXPECT_EQ(cache.ttl("k").value(), std::nullopt);  // a full burst needs no entry
}

TEST_F(MemoryCacheTest, ARateWithoutSenseIsRefused) {
    for (const auto& [burst, period] : {std::pair<std::int64_t, Millis>{0, 1s},
                                        {-1, 1s},
                                        {1, 0ms},
                                        {1, -1s},
                                        {INT64_MAX, 1s},
                                        {2, Millis::max()}}) {
        const auto refused = cache.rate_tick("k", burst, period);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "cache_rate_invalid");
    }
}

TEST_F(MemoryCacheTest, BytesFollowEveryChange) {
    cache.set("k", std::string(1000, 'v'), 1min).value();
    const std::size_t with_value = cache.bytes();
    EXPECT_GT(with_value, 1000u);
    cache.set("k", std::string(5000, 'v'), 1min).value();
    EXPECT_GE(cache.bytes(), with_value + 4000);
    cache.set_fields("k", {{"f", "x"}}, 1min).value();
    const std::size_t with_field = cache.bytes();
    EXPECT_LT(with_field, with_value);
    EXPECT_TRUE(cache.update_fields("k", {{"g", std::string(3000, 'x')}}).value());
    EXPECT_GE(cache.bytes(), with_field + 3000);
    EXPECT_TRUE(cache.erase("k").value());
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(MemoryCacheBounds, TheLeastRecentlyUsedGoFirst) {
    testkit::ManualClock clock;
    MemoryCache cache(clock, {.max_bytes = 64 * 1024});
    const std::string value(8 * 1024, 'v');
    for (int i = 0; i < 6; ++i) cache.set("k" + std::to_string(i), value, 1min).value();
    EXPECT_TRUE(cache.get("k0").value().has_value());  // used again: k1 is the oldest now
    for (int i = 6; i < 8; ++i) cache.set("k" + std::to_string(i), value, 1min).value();
    EXPECT_LE(cache.bytes(), 64u * 1024);
    EXPECT_TRUE(cache.get("k0").value().has_value());
    EXPECT_FALSE(cache.get("k1").value().has_value());
    EXPECT_TRUE(cache.get("k7").value().has_value());
}

TEST(MemoryCacheBounds, ManySmallEntriesStayWithinTheBound) {
    testkit::ManualClock clock;
    MemoryCache cache(clock, {.max_bytes = 100'000});
    for (int i = 0; i < 10'000; ++i) {
        cache.set_fields("h" + std::to_string(i), {{"code", "x"}, {"n", "1"}}, 1min).value();
        ASSERT_LE(cache.bytes(), 100'000u);
    }
    EXPECT_GT(cache.size(), 100u);
    EXPECT_TRUE(cache.get_fields("h9999").value().has_value());
}

TEST(MemoryCacheBounds, GrowingAnEntryEvictsOthersAndNotItself) {
    testkit::ManualClock clock;
    MemoryCache cache(clock, {.max_bytes = 20'000});
    cache.set_fields("grows", {{"f", "x"}}, 1min).value();
    cache.set("other", std::string(10'000, 'v'), 1min).value();
    EXPECT_TRUE(cache.update_fields("grows", {{"f", std::string(15'000, 'x')}}).value());
    EXPECT_FALSE(cache.get("other").value().has_value());
    EXPECT_EQ(cache.get_fields("grows").value()->at(0).second.size(), 15'000u);
}

}  // namespace
}  // namespace kitchen
