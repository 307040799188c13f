// Compare and count: codes that may be guessed a few times.
#include <algorithm>

#include "cache_suite.h"

namespace kitchen::testkit {

using namespace cache_suite;
void cache_suite::link_comparison() {}

namespace {

TEST_P(CacheConformance, AMatchGivesTheFieldsAndErasesNothing) {
    cache->set_fields("test:otp", {{"code", binary}, {"email", "a@example.com"}}, a_minute).value();
    for (int i = 0; i < 10; ++i) {
        const auto found = cache->compare_and_count("test:otp", "code", binary, 5).value();
        ASSERT_EQ(found.outcome, Outcome::match);
        EXPECT_EQ(as_map(found.fields).at("email"), "a@example.com");
        EXPECT_EQ(as_map(found.fields).at("code"), binary);
    }
    EXPECT_TRUE(cache->get_fields("test:otp").value().has_value());
}

TEST_P(CacheConformance, WrongCandidatesAreCountedUntilTheLastErases) {
    cache->set_fields("test:otp", {{"code", "right"}}, a_minute).value();
    for (int left = 4; left >= 1; --left) {
        const auto found = cache->compare_and_count("test:otp", "code", "wrong", 5).value();
        ASSERT_EQ(found.outcome, Outcome::mismatch);
        EXPECT_EQ(found.attempts_left, left);
        EXPECT_TRUE(found.fields.empty());
        EXPECT_EQ(as_map(cache->get_fields("test:otp").value().value()).at("attempts"),
                  std::to_string(5 - left));
    }
    const auto last = cache->compare_and_count("test:otp", "code", "wrong", 5).value();
    EXPECT_EQ(last.outcome, Outcome::exhausted);
    EXPECT_EQ(last.attempts_left, 0);
    EXPECT_TRUE(last.fields.empty());
    EXPECT_EQ(cache->compare_and_count("test:otp", "code", "right", 5).value().outcome,
              Outcome::missing);
    EXPECT_EQ(cache->get_fields("test:otp").value(), std::nullopt);
}

TEST_P(CacheConformance, TheRightCandidateStillMatchesOnTheLastTry) {
    cache->set_fields("test:otp", {{"code", "right"}}, a_minute).value();
    for (int i = 0; i < 4; ++i)
        (void)cache->compare_and_count("test:otp", "code", "wrong", 5).value();
    const auto found = cache->compare_and_count("test:otp", "code", "right", 5).value();
    EXPECT_EQ(found.outcome, Outcome::match);
    EXPECT_EQ(as_map(found.fields).at("attempts"), "4");
}

TEST_P(CacheConformance, AttemptsSurviveAnUpdateOfTheOtherFields) {
    cache->set_fields("test:otp", {{"code", "old"}}, a_minute).value();
    for (int i = 0; i < 3; ++i)
        (void)cache->compare_and_count("test:otp", "code", "wrong", 5).value();
    ASSERT_TRUE(cache->update_fields("test:otp", {{"code", "new"}}).value());
    const auto found = cache->compare_and_count("test:otp", "code", "old", 5).value();
    EXPECT_EQ(found.outcome, Outcome::mismatch);
    EXPECT_EQ(found.attempts_left, 1);
}

TEST_P(CacheConformance, PrefixesLongerTextsAndAbsentFieldsDoNotMatch) {
    cache->set_fields("test:otp", {{"code", "secret"}, {"other", ""}}, a_minute).value();
    for (const char* wrong : {"", "secre", "secrets", "Secret"})
        EXPECT_EQ(cache->compare_and_count("test:otp", "code", wrong, 100).value().outcome,
                  Outcome::mismatch)
            << wrong;
    EXPECT_EQ(cache->compare_and_count("test:otp", "code", "secret\0"s, 100).value().outcome,
              Outcome::mismatch);
    EXPECT_EQ(cache->compare_and_count("test:otp", "absent", "", 100).value().outcome,
              Outcome::mismatch);
    EXPECT_EQ(cache->compare_and_count("test:otp", "other", "", 100).value().outcome,
              Outcome::match);
}

TEST_P(CacheConformance, CompareKeepsTheTtlAndFindsNothingAfterIt) {
    EXPECT_EQ(cache->compare_and_count("test:none", "code", "x", 5).value().outcome,
              Outcome::missing);
    cache->set_fields("test:otp", {{"code", "right"}}, a_minute).value();
    GetParam().advance(1s);
    EXPECT_EQ(cache->compare_and_count("test:otp", "code", "wrong", 5).value().outcome,
              Outcome::mismatch);
    EXPECT_LE(cache->ttl("test:otp").value().value(), a_minute - 1s);
    cache->set_fields("test:gone", {{"code", "right"}}, short_ttl).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(cache->compare_and_count("test:gone", "code", "right", 5).value().outcome,
              Outcome::missing);
}

TEST_P(CacheConformance, AHundredParallelWrongCandidatesCompareAtMostFive) {
    cache->set_fields("test:otp", {{"code", "123456"}}, a_minute).value();
    const auto results = results_in_parallel(100, [&](int i) {
        return cache->compare_and_count("test:otp", "code", std::to_string(200000 + i), 5).value();
    });
    std::map<Outcome, int> count;
    std::vector<std::int64_t> left;
    for (const auto& found : results) {
        ++count[found.outcome];
        if (found.outcome == Outcome::mismatch) left.push_back(found.attempts_left);
    }
    std::sort(left.begin(), left.end());
    EXPECT_EQ(left, (std::vector<std::int64_t>{1, 2, 3, 4}));
    EXPECT_EQ(count[Outcome::exhausted], 1);
    EXPECT_EQ(count[Outcome::missing], 95);
    EXPECT_EQ(count[Outcome::match], 0);
    EXPECT_EQ(cache->get_fields("test:otp").value(), std::nullopt);
}

TEST_P(CacheConformance, ParallelRightCandidatesAllMatchAndOneErases) {
    cache->set_fields("test:otp", {{"code", "123456"}}, a_minute).value();
    const auto won = results_in_parallel(20, [&](int) {
        const auto found = cache->compare_and_count("test:otp", "code", "123456", 5).value();
        return found.outcome == Outcome::match && cache->erase("test:otp").value() ? 1 : 0;
    });
    EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
}

}  // namespace
}  // namespace kitchen::testkit
