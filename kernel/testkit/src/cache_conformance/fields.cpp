// Hash entries.
#include <algorithm>

#include "cache_suite.h"

namespace kitchen::testkit {

using namespace cache_suite;
void cache_suite::link_fields() {}

namespace {

TEST_P(CacheConformance, FieldsAreKeptWhole) {
    cache
        ->set_fields("test:h", {{"email", "a@example.com"}, {"bytes", binary}, {"empty", ""}},
                     a_minute)
        .value();
    const auto fields = cache->get_fields("test:h").value();
    ASSERT_TRUE(fields.has_value());
    EXPECT_EQ(as_map(*fields), (std::map<std::string, std::string>{
                                   {"email", "a@example.com"}, {"bytes", binary}, {"empty", ""}}));
}

TEST_P(CacheConformance, SetFieldsReplacesTheWholeEntry) {
    cache->set_fields("test:h", {{"a", "1"}, {"b", "2"}}, short_ttl).value();
    cache->set_fields("test:h", {{"b", "3"}}, a_minute).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()),
              (std::map<std::string, std::string>{{"b", "3"}}));
}

TEST_P(CacheConformance, UpdateFieldsChangesSomeAndKeepsTheTtl) {
    cache->set_fields("test:h", {{"a", "1"}, {"b", "2"}}, a_minute).value();
    GetParam().advance(1s);
    EXPECT_TRUE(cache->update_fields("test:h", {{"b", binary}, {"c", "3"}}).value());
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()),
              (std::map<std::string, std::string>{{"a", "1"}, {"b", binary}, {"c", "3"}}));
    const auto left = cache->ttl("test:h").value();
    ASSERT_TRUE(left.has_value());
    EXPECT_GT(*left, 0ms);
    EXPECT_LE(*left, a_minute - 1s);
}

TEST_P(CacheConformance, UpdateFieldsMakesNoEntry) {
    EXPECT_FALSE(cache->update_fields("test:h", {{"a", "1"}}).value());
    EXPECT_EQ(cache->get_fields("test:h").value(), std::nullopt);
    cache->set_fields("test:h", {{"a", "1"}}, short_ttl).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_FALSE(cache->update_fields("test:h", {{"a", "2"}}).value());
    EXPECT_EQ(cache->get_fields("test:h").value(), std::nullopt);
}

TEST_P(CacheConformance, IncrementFieldCountsToItsMaximum) {
    cache->set_fields("test:h", {{"other", "x"}, {"seven", "7"}}, a_minute).value();
    EXPECT_EQ(cache->increment_field("test:h", "n", 2).value(), 1);
    EXPECT_EQ(cache->increment_field("test:h", "n", 2).value(), 2);
    EXPECT_EQ(cache->increment_field("test:h", "n", 2).value(), std::nullopt);
    EXPECT_EQ(cache->increment_field("test:h", "n", 1).value(), std::nullopt);
    EXPECT_EQ(cache->increment_field("test:h", "seven", 100).value(), 8);
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()),
              (std::map<std::string, std::string>{{"other", "x"}, {"n", "2"}, {"seven", "8"}}));
}

TEST_P(CacheConformance, IncrementFieldKeepsTheTtlAndMakesNoEntry) {
    EXPECT_EQ(cache->increment_field("test:none", "n", 5).value(), std::nullopt);
    EXPECT_EQ(cache->get_fields("test:none").value(), std::nullopt);
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    GetParam().advance(1s);
    EXPECT_EQ(cache->increment_field("test:h", "n", 5).value(), 1);
    const auto left = cache->ttl("test:h").value();
    ASSERT_TRUE(left.has_value());
    EXPECT_GT(*left, 0ms);
    EXPECT_LE(*left, a_minute - 1s);
}

TEST_P(CacheConformance, IncrementFieldRefusesText) {
    cache->set_fields("test:h", {{"n", "five"}}, a_minute).value();
    EXPECT_FALSE(cache->increment_field("test:h", "n", 5).has_value());
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()).at("n"), "five");
}

TEST_P(CacheConformance, ParallelIncrementsNeverPassTheMaximum) {
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    const auto values = results_in_parallel(
        50, [&](int) { return cache->increment_field("test:h", "n", 20).value().value_or(0); });
    std::vector<std::int64_t> counted;
    for (const std::int64_t value : values)
        if (value != 0) counted.push_back(value);
    std::sort(counted.begin(), counted.end());
    ASSERT_EQ(counted.size(), 20u);
    for (std::size_t i = 0; i < counted.size(); ++i)
        EXPECT_EQ(counted[i], static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()).at("n"), "20");
}

}  // namespace
}  // namespace kitchen::testkit
