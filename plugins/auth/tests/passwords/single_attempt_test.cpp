#include "passwords/single_attempt.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/counted_waits.h"

namespace kitchen::auth {
namespace {

TEST(SingleAttempt, SameCredentialSharesOneOutcome) {
    CountedWaits waits;
    SingleAttempt flights(9, waits);
    std::latch begun(1), go(1);
    std::atomic<int> works{0}, right{0};
    const auto work = [&]() -> Result<bool> {
        ++works;
        begun.count_down();
        go.wait();
        return true;
    };
    {
        std::vector<std::jthread> threads;
        threads.emplace_back([&] { right += flights.run("ada", "secret", work).value(); });
        begun.wait();
        for (int i = 0; i < 9; ++i)
            threads.emplace_back([&] { right += flights.run("ada", "secret", work).value(); });
        while (flights.waiting() < 9) std::this_thread::yield();
        go.count_down();
    }
    EXPECT_EQ(works, 1);
    EXPECT_EQ(right, 10);
}

TEST(SingleAttempt, AnotherCredentialIsRefusedMeanwhile) {
    CountedWaits waits;
    SingleAttempt flights(9, waits);
    auto outcome = flights.run("ada", "first", [&]() -> Result<bool> {
        const auto other = flights.run("ada", "second", [] { return Result<bool>(true); });
        EXPECT_FALSE(other);
        if (!other) {
            EXPECT_EQ(other.error().kind, Errc::too_many_requests);
        }
        EXPECT_TRUE(flights.run("obi", "second", [] { return Result<bool>(true); }).value());
        return false;
    });
    EXPECT_FALSE(outcome.value());
    EXPECT_TRUE(flights.run("ada", "second", [] { return Result<bool>(true); }).value())
        << "afterwards it is open again";
}

TEST(SingleAttempt, OnlySoManyWait) {
    CountedWaits waits;
    SingleAttempt flights(2, waits);
    std::latch begun(1), go(1);
    std::vector<std::jthread> threads;
    const auto work = [&]() -> Result<bool> {
        begun.count_down();
        go.wait();
        return true;
    };
    threads.emplace_back([&] { EXPECT_TRUE(flights.run("ada", "secret", work).value()); });
    begun.wait();
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] { EXPECT_TRUE(flights.run("ada", "secret", work).value()); });
    while (flights.waiting() < 2) std::this_thread::yield();
    const auto refused = flights.run("ada", "secret", work);
    go.count_down();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(1));
}

TEST(SingleAttempt, AnExceptionFreesThoseWhoWait) {
    CountedWaits waits;
    SingleAttempt flights(9, waits);
    std::latch begun(1);
    std::jthread joiner;
    std::atomic<bool> joined{false};
    EXPECT_THROW((void)flights.run("ada", "secret",
                                   [&]() -> Result<bool> {
                                       joiner = std::jthread([&] {
                                           auto outcome = flights.run(
                                               "ada", "secret", [] { return Result<bool>(true); });
                                           joined =
                                               !outcome && outcome.error().kind == Errc::internal;
                                       });
                                       while (flights.waiting() < 1) std::this_thread::yield();
                                       throw std::runtime_error("bug");
                                   }),
                 std::runtime_error);
    joiner.join();
    EXPECT_TRUE(joined);
    EXPECT_TRUE(flights.run("ada", "secret", [] { return Result<bool>(true); }).value());
}

}  // namespace
}  // namespace kitchen::auth
