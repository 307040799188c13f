#include "circuit_breaker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "kitchen/testkit/fakes.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;

class CircuitBreakerTest : public testing::Test {
protected:
    void close() {
        ASSERT_TRUE(breaker.begin_probe());
        breaker.probe_succeeded();
    }
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    std::atomic<int> in_a_row{0};
    CircuitBreaker breaker{clock, {.failures = 3, .min_delay = 100ms, .max_delay = 1s}};
};

TEST_F(CircuitBreakerTest, BeginsOpenWithAProbeDue) {
    EXPECT_FALSE(breaker.closed());
    EXPECT_EQ(breaker.until_probe(), 0ms);
    close();
    EXPECT_TRUE(breaker.closed());
    EXPECT_FALSE(breaker.begin_probe());
}

TEST_F(CircuitBreakerTest, OpensAfterSoManyFailuresInARow) {
    close();
    EXPECT_FALSE(breaker.failed(in_a_row));
    EXPECT_FALSE(breaker.failed(in_a_row));
    in_a_row = 0;
    EXPECT_FALSE(breaker.failed(in_a_row));
    EXPECT_FALSE(breaker.failed(in_a_row));
    EXPECT_TRUE(breaker.closed());
    EXPECT_TRUE(breaker.failed(in_a_row));
    EXPECT_FALSE(breaker.closed());
    EXPECT_FALSE(breaker.failed(in_a_row));  // it was open already
}

TEST_F(CircuitBreakerTest, TripOpensAtOnce) {
    close();
    EXPECT_TRUE(breaker.trip());
    EXPECT_FALSE(breaker.closed());
    EXPECT_FALSE(breaker.trip());
}

TEST_F(CircuitBreakerTest, OneProbeAtATime) {
    ASSERT_TRUE(breaker.begin_probe());
    EXPECT_FALSE(breaker.begin_probe());
    EXPECT_FALSE(breaker.closed());
    breaker.probe_failed(random);
    EXPECT_FALSE(breaker.begin_probe());  // not before the delay has passed
}

TEST_F(CircuitBreakerTest, DelaysDoubleToTheirMaximumAndAreShortenedByUpToHalf) {
    for (const auto longest : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        ASSERT_TRUE(breaker.begin_probe());
        breaker.probe_failed(random);
        EXPECT_LE(breaker.until_probe(), longest);
        EXPECT_GE(breaker.until_probe(), longest / 2);
        clock.advance(breaker.until_probe() - 1ms);
        EXPECT_FALSE(breaker.begin_probe());
        clock.advance(1ms);
    }
}

TEST_F(CircuitBreakerTest, AfterASuccessDelaysBeginAnew) {
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(breaker.begin_probe());
        breaker.probe_failed(random);
        clock.advance(1s);
    }
    close();
    breaker.trip();
    ASSERT_TRUE(breaker.begin_probe());  // the first one at once
    breaker.probe_failed(random);
    EXPECT_LE(breaker.until_probe(), 100ms);
}

TEST_F(CircuitBreakerTest, OfManyThreadsOneOpensItAndOneProbes) {
    close();
    std::atomic<int> opened = 0, probes = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 100; ++j) opened += breaker.failed(in_a_row);
            probes += breaker.begin_probe();
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(probes, 1);
}

}  // namespace
}  // namespace kitchen::redis
