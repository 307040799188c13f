// Values, their times to live and what erases them.
#include <algorithm>

#include "cache_suite.h"

namespace kitchen::testkit {

using namespace cache_suite;
void cache_suite::link_values() {}

namespace {

TEST_P(CacheConformance, AnUnknownKeyHasNothing) {
    EXPECT_EQ(cache->get("test:none").value(), std::nullopt);
    EXPECT_EQ(cache->get_fields("test:none").value(), std::nullopt);
    EXPECT_EQ(cache->ttl("test:none").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:none").value());
}

TEST_P(CacheConformance, SetThenGet) {
    cache->set("test:a", "one", a_minute).value();
    cache->set("test:b", "two", a_minute).value();
    EXPECT_EQ(cache->get("test:a").value(), "one");
    EXPECT_EQ(cache->get("test:b").value(), "two");
}

TEST_P(CacheConformance, SetReplacesValueAndTtl) {
    cache->set("test:a", "one", short_ttl).value();
    cache->set("test:a", "two", a_minute).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(cache->get("test:a").value(), "two");
}

TEST_P(CacheConformance, ValuesAreBytes) {
    cache->set("test:binary", binary, a_minute).value();
    EXPECT_EQ(cache->get("test:binary").value(), binary);
    cache->set("test:empty", "", a_minute).value();
    EXPECT_EQ(cache->get("test:empty").value(), "");
}

TEST_P(CacheConformance, KeysAreUtf8AndDifferInEveryByte) {
    cache->set("test:jọ́llọf", "rice", a_minute).value();
    EXPECT_EQ(cache->get("test:jọ́llọf").value(), "rice");
    EXPECT_EQ(cache->get("test:jollof").value(), std::nullopt);
    EXPECT_EQ(cache->get("test:jọ́llọf ").value(), std::nullopt);
}

TEST_P(CacheConformance, AnEntryIsGoneWhenItsTtlHasPassed) {
    cache->set("test:short", "x", short_ttl).value();
    cache->set_fields("test:short-hash", {{"f", "x"}}, short_ttl).value();
    cache->set("test:long", "x", a_minute).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(cache->get("test:short").value(), std::nullopt);
    EXPECT_EQ(cache->ttl("test:short").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:short").value());
    EXPECT_EQ(cache->get_fields("test:short-hash").value(), std::nullopt);
    EXPECT_EQ(cache->get("test:long").value(), "x");
}

TEST_P(CacheConformance, TtlTellsTheTimeLeft) {
    cache->set("test:a", "x", a_minute).value();
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    GetParam().advance(1s);
    for (const char* key : {"test:a", "test:h"}) {
        const auto left = cache->ttl(key).value();
        ASSERT_TRUE(left.has_value());
        EXPECT_GT(*left, 0ms);
        EXPECT_LE(*left, a_minute - 1s);
    }
}

TEST_P(CacheConformance, EraseTellsWhetherThereWasSomething) {
    cache->set("test:a", "x", a_minute).value();
    EXPECT_TRUE(cache->erase("test:a").value());
    EXPECT_EQ(cache->get("test:a").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:a").value());
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    EXPECT_TRUE(cache->erase("test:h").value());
    EXPECT_EQ(cache->get_fields("test:h").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:h").value());
}

TEST_P(CacheConformance, OneOfManyErasesWins) {
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    const auto erased = results_in_parallel(
        20, [&](int) { return static_cast<int>(cache->erase("test:h").value()); });
    EXPECT_EQ(std::count(erased.begin(), erased.end(), 1), 1);
}

TEST_P(CacheConformance, SetIfAbsentSetsOnce) {
    EXPECT_TRUE(cache->set_if_absent("test:a", "first", a_minute).value());
    EXPECT_FALSE(cache->set_if_absent("test:a", "second", a_minute).value());
    EXPECT_EQ(cache->get("test:a").value(), "first");
    EXPECT_TRUE(cache->erase("test:a").value());
    EXPECT_TRUE(cache->set_if_absent("test:a", "third", short_ttl).value());
    GetParam().advance(2 * short_ttl);
    EXPECT_TRUE(cache->set_if_absent("test:a", "fourth", a_minute).value());
    EXPECT_EQ(cache->get("test:a").value(), "fourth");
}

TEST_P(CacheConformance, SetIfAbsentHasOneWinner) {
    const auto won = results_in_parallel(50, [&](int i) {
        return static_cast<int>(
            cache->set_if_absent("test:race", std::to_string(i), a_minute).value());
    });
    ASSERT_EQ(std::count(won.begin(), won.end(), 1), 1);
    const auto winner = std::find(won.begin(), won.end(), 1) - won.begin();
    EXPECT_EQ(cache->get("test:race").value(), std::to_string(winner));
}

}  // namespace
}  // namespace kitchen::testkit
