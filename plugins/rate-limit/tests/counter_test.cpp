#include "counter.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "failing_cache.h"
#include "kitchen/testkit/fakes.h"
#include "limiter.h"

namespace kitchen::rate_limit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CounterTest : public testing::Test {
protected:
    int allowed(int tries, std::string_view subject = "192.0.2.1", bool may_block = true) {
        int n = 0;
        for (int i = 0; i < tries; ++i) n += counter.count(policy, subject, may_block).allowed;
        return n;
    }

    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    test::FailingCache cache{clock};
    Counter counter{cache, clock, log};
    const Policy policy{"default-address", 3, seconds(10)};
};

TEST_F(CounterTest, OneOperationOfTheCacheForEachRequest) {
    EXPECT_EQ(allowed(5), 3);
    EXPECT_EQ(cache.asked, 5);
    EXPECT_EQ(allowed(5, "192.0.2.2"), 3) << "each subject by itself";
    clock.advance(seconds(10));
    EXPECT_EQ(allowed(2), 1);
}

TEST_F(CounterTest, PoliciesCountApart) {
    EXPECT_EQ(allowed(5), 3);
    EXPECT_TRUE(counter.count({"auth-address", 3, seconds(10)}, "192.0.2.1", true).allowed);
}

TEST_F(CounterTest, ReplicasCountTogether) {
    Counter other(cache, clock, log);
    EXPECT_EQ(allowed(2), 2);
    EXPECT_TRUE(other.count(policy, "192.0.2.1", true).allowed);
    EXPECT_FALSE(counter.count(policy, "192.0.2.1", true).allowed);
}

TEST_F(CounterTest, WhileTheCacheIsAwayItCountsHereAndAsksOnceASecond) {
    cache.away = true;
    EXPECT_EQ(allowed(10), 3) << "still limited";
    EXPECT_EQ(cache.asked, 1) << "and no other call waits for the cache";
    EXPECT_TRUE(log.contains("the cache is away"));
    clock.advance(seconds(1));
    allowed(10);
    EXPECT_EQ(cache.asked, 2);
    cache.away = false;
    EXPECT_EQ(cache.asked, 2);
    clock.advance(seconds(1));
    allowed(5);
    EXPECT_EQ(cache.asked, 7) << "back at once";
    EXPECT_TRUE(log.contains("the cache is back"));
    int warnings = 0;
    for (const std::string& line : log.lines())
        warnings += line.find("the cache is away") != std::string::npos;
    EXPECT_EQ(warnings, 1);
}

TEST_F(CounterTest, CheckSaysWhetherTheCacheCountsAndBringsItBack) {
    EXPECT_TRUE(counter.check());
    cache.away = true;
    const Status away = counter.check();
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().kind, Errc::unavailable);
    const int asked = cache.asked;
    allowed(5);
    EXPECT_EQ(cache.asked, asked);
    cache.away = false;
    EXPECT_TRUE(counter.check());
    allowed(1);
    EXPECT_EQ(cache.asked, asked + 2);
}

TEST_F(CounterTest, WhatMustNotBlockNeverAsksTheCache) {
    EXPECT_EQ(allowed(10, "192.0.2.1", false), 3);
    EXPECT_EQ(cache.asked, 0);
}

TEST_F(CounterTest, SubjectsOfAnyLengthAreTaken) {
    const std::string name(100'000, 'x');
    EXPECT_EQ(allowed(5, name), 3);
}

TEST_F(CounterTest, ManyThreadsNeverGetMoreThanTheBurst) {
    for (const bool away : {false, true}) {
        cache.away = away;
        std::atomic<int> granted{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i)
                    granted +=
                        counter.count({"race", 20, seconds(60)}, away ? "away" : "here", true)
                            .allowed;
            });
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(granted, 20) << away;
    }
}

TEST(RateFields, AreStructuredLists) {
    http::Fields fields;
    add_fields(fields, {"default-address", 100, milliseconds(50)},
               {true, 97, milliseconds(0), milliseconds(101)});
    EXPECT_EQ(fields, (http::Fields{{"RateLimit-Policy", "\"default-address\";q=100;w=5"},
                                    {"RateLimit", "\"default-address\";r=97;t=1"}}));
    add_fields(fields, {"default-user", 2, milliseconds(1)},
               {false, 0, milliseconds(1001), milliseconds(90'000)});
    EXPECT_EQ(fields,
              (http::Fields{
                  {"RateLimit-Policy", "\"default-address\";q=100;w=5, \"default-user\";q=2;w=1"},
                  {"RateLimit", "\"default-address\";r=97;t=1, \"default-user\";r=0;t=2"}}));
}

TEST(RefusalsTest, AreAllCountedAndLoggedOnceASecond) {
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    testkit::RecordingMetrics metrics;
    Refusals refusals(clock, metrics, log);
    const Policy auth{"auth-address", 1, seconds(1)};
    for (int i = 0; i < 10; ++i) refusals.add(auth, "192.0.2.1", "r" + std::to_string(i));
    refusals.add({"default-user", 1, seconds(1)}, "7", "r");
    EXPECT_EQ(metrics.value("kitchen_rate_limit_refusals_total{policy=\"auth-address\"}"), 10);
    EXPECT_EQ(metrics.value("kitchen_rate_limit_refusals_total{policy=\"default-user\"}"), 1);
    EXPECT_EQ(log.lines().size(), 2u);
    clock.advance(seconds(1));
    refusals.add(auth, "192.0.2.1", "r11");
    ASSERT_EQ(log.lines().size(), 3u);
    EXPECT_NE(log.lines()[2].find("count=10"), std::string::npos) << log.lines()[2];
}

}  // namespace
}  // namespace kitchen::rate_limit
