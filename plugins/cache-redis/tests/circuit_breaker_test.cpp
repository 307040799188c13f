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
        ASSERT_EQ(breaker.until_probe(), 0ms);
        breaker.probe_succeeded(random);
        ASSERT_TRUE(breaker.closed());
    }
    /// The next delay is `longest`, or up to half of it shorter.
    void expect_delay(CircuitBreaker::Millis longest) {
        EXPECT_LE(breaker.until_probe(), longest);
        EXPECT_GE(breaker.until_probe(), longest / 2);
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

TEST_F(CircuitBreakerTest, DelaysDoubleToTheirMaximumAndAreShortenedByUpToHalf) {
    for (const auto longest : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        EXPECT_EQ(breaker.until_probe(), 0ms);
        breaker.probe_failed(random);
        EXPECT_FALSE(breaker.closed());
        expect_delay(longest);
        clock.advance(breaker.until_probe() - 1ms);
        EXPECT_EQ(breaker.until_probe(), 1ms);
        clock.advance(1ms);
    }
}

// Else one whose probe succeeds and whose calls are refused would be connected to at their rate.
TEST_F(CircuitBreakerTest, DelaysGoOnDoublingWhenItWasNotClosedForLong) {
    for (const auto longest : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        close();
        EXPECT_TRUE(breaker.trip());
        expect_delay(longest);
        clock.advance(breaker.until_probe());
    }
    close();
    clock.advance(1s);  // no longer than the longest delay
    EXPECT_TRUE(breaker.trip());
    EXPECT_EQ(breaker.until_probe(), 0ms);
    breaker.probe_failed(random);
    expect_delay(1000ms);
}

TEST_F(CircuitBreakerTest, DelaysBeginAnewWhenItWasClosedForLong) {
    for (int i = 0; i < 5; ++i) {
        breaker.probe_failed(random);
        clock.advance(1s);
    }
    close();
    clock.advance(1001ms);
    breaker.trip();
    EXPECT_EQ(breaker.until_probe(), 0ms);  // the first one at once
    breaker.probe_failed(random);
    expect_delay(100ms);
}

TEST_F(CircuitBreakerTest, OfManyThreadsOneOpensIt) {
    close();
    std::atomic<int> opened = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 100; ++j) opened += breaker.failed(in_a_row);
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(opened, 1);
}

}  // namespace
}  // namespace kitchen::redis
