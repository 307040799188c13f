#include "cache/single_flight.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace kitchen::catalog {
namespace {

using namespace std::chrono_literals;

class SingleFlightTest : public testing::Test {
protected:
    using Responses = std::vector<std::future<Result<CachedResponsePtr>>>;

    /// Begins `work` for one key on a thread of its own, and lets `waiters` others join it before
    /// it goes on.
    Responses together(int waiters, const SingleFlight::Work& work, SingleFlight::Work others) {
        Responses all;
        std::promise<void> begun, go;
        auto open = go.get_future().share();
        all.push_back(std::async(std::launch::async, [&, open] {
            return flights.run(
                "key", later,
                [&, open] {
                    begun.set_value();
                    open.wait();
                    return work();
                },
                [] {});
        }));
        begun.get_future().wait();
        for (int i = 0; i < waiters; ++i)
            all.push_back(std::async(std::launch::async, [&, others] {
                return flights.run("key", later, others, [&] { ++waiting; });
            }));
        while (waiting.load() < waiters) std::this_thread::yield();
        go.set_value();
        for (auto& each : all) each.wait();
        return all;
    }
    static Result<CachedResponsePtr> response(std::string body) {
        return std::make_shared<const CachedResponse>(CachedResponse{std::move(body), "\"1\""});
    }

    const std::chrono::steady_clock::time_point later = std::chrono::steady_clock::now() + 5min;
    SingleFlight flights;
    std::atomic<int> waiting{0}, works{0};
};

TEST_F(SingleFlightTest, ManyCallersMakeOneWork) {
    const auto work = [&] {
        ++works;
        return response("{}");
    };
    for (auto& each : together(20, work, work)) EXPECT_EQ(each.get().value()->body, "{}");
    EXPECT_EQ(works.load(), 1);
    EXPECT_TRUE(flights.run("key", later, work, [] {}));
    EXPECT_EQ(works.load(), 2);
}

TEST_F(SingleFlightTest, AnErrorGoesToThoseWhoWaitAndDoesNotStick) {
    const auto failing = [&]() -> Result<CachedResponsePtr> {
        ++works;
        return Error(Errc::unavailable, "away", "Away.");
    };
    for (auto& each : together(3, failing, failing)) EXPECT_EQ(each.get().error().code, "away");
    EXPECT_EQ(works.load(), 1);
    EXPECT_TRUE(flights.run(
        "key", later, [] { return response("{}"); }, [] {}));
}

TEST_F(SingleFlightTest, WhenTheWorkThrowsTheOthersDoItThemselves) {
    auto all = together(
        3, []() -> Result<CachedResponsePtr> { throw std::runtime_error("no"); },
        [&] {
            ++works;
            return response("{}");
        });
    EXPECT_THROW((void)all[0].get(), std::runtime_error);
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_TRUE(all[i].get());
    EXPECT_EQ(works.load(), 3);
    EXPECT_TRUE(flights.run(
        "key", later, [] { return response("{}"); }, [] {}));
}

TEST_F(SingleFlightTest, NobodyWaitsPastItsDeadline) {
    std::promise<void> go;
    auto open = go.get_future().share();
    std::promise<void> begun;
    auto slow = std::async(std::launch::async, [&] {
        return flights.run(
            "key", later,
            [&] {
                begun.set_value();
                open.wait();
                return response("{}");
            },
            [] {});
    });
    begun.get_future().wait();
    const auto late = flights.run(
        "key", std::chrono::steady_clock::now() + 1ms, [] { return response("{}"); }, [] {});
    EXPECT_TRUE(flights.run(
        "another", later, [] { return response("{}"); }, [] {}));
    go.set_value();
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "overloaded");
    EXPECT_TRUE(late.error().retry_after);
    EXPECT_TRUE(slow.get());
}

}  // namespace
}  // namespace kitchen::catalog
