#include "message_bus.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/fakes.h"

namespace kitchen {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 30s;

TEST(MessageBus, ASubscriberMayPublishAndSubscribe) {
    MessageBus bus(nullptr);
    std::promise<std::string> heard;
    std::shared_ptr<void> inner;
    const auto outer = bus.subscribe("a", [&](std::string_view message) {
        inner = bus.subscribe(
            "b", [&](std::string_view second) { heard.set_value(std::string(second)); });
        bus.publish("b", std::string(message) + "!");
    });
    bus.publish("a", "hello");
    auto future = heard.get_future();
    ASSERT_EQ(future.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(future.get(), "hello!");
}

TEST(MessageBus, AnExceptionIsReportedAndTheNextMessageArrives) {
    testkit::RecordingLogger log;
    MessageBus bus(&log);
    std::promise<void> done;
    const auto a = bus.subscribe("a", [&](std::string_view message) {
        if (message == "bad") throw std::runtime_error("boom");
        done.set_value();
    });
    bus.publish("a", "bad");
    bus.publish("a", "good");
    ASSERT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(log.contains("boom"));
}

TEST(MessageBus, ASubscriberMayDestroyAnothersHandle) {
    MessageBus bus(nullptr);
    std::shared_ptr<void> victim;
    std::atomic<int> heard = 0;
    std::promise<void> done;
    const auto killer = bus.subscribe("a", [&](std::string_view message) {
        victim.reset();
        if (message == "last") done.set_value();
    });
    victim = bus.subscribe("a", [&](std::string_view) { ++heard; });
    bus.publish("a", "first");
    bus.publish("a", "last");
    ASSERT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
    EXPECT_EQ(heard, 0);
}

TEST(MessageBus, WhatASubscriberCapturedGoesWithTheHandle) {
    MessageBus bus(nullptr);
    auto captured = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = captured;
    auto handle = bus.subscribe("a", [captured](std::string_view) {});
    captured.reset();
    EXPECT_FALSE(watch.expired());
    handle.reset();
    EXPECT_TRUE(watch.expired());
}

TEST(MessageBus, AHandleMayOutliveTheBus) {
    std::optional<MessageBus> bus(nullptr);
    auto handle = bus->subscribe("a", [](std::string_view) {});
    bus.reset();
    handle.reset();
}

TEST(MessageBus, StopWaitsForTheCallAndEndsDelivery) {
    MessageBus bus(nullptr);
    std::promise<void> entered, release;
    std::atomic<int> calls = 0, finished = 0;
    const auto handle = bus.subscribe("a", [&](std::string_view) {
        if (++calls == 1) {
            entered.set_value();
            release.get_future().wait();
        }
        ++finished;
    });
    bus.publish("a", "one");
    bus.publish("a", "two");
    ASSERT_EQ(entered.get_future().wait_for(patience), std::future_status::ready);
    auto stopped = std::async(std::launch::async, [&] {
        bus.stop();
        return finished.load();
    });
    release.set_value();
    const int finished_at_stop =
        stopped.get();  // one or two: the second message may still have been delivered
    const int calls_at_stop = calls;
    EXPECT_EQ(finished_at_stop, calls_at_stop);
    bus.publish("a", "three");
    bus.stop();
    EXPECT_EQ(calls, calls_at_stop);
}

TEST(MessageBus, AHandleDestroyedByItsOwnCallWhileStopWaits) {
    MessageBus bus(nullptr);
    std::promise<void> entered, release;
    std::shared_ptr<void> handle;
    handle = bus.subscribe("a", [&](std::string_view) {
        entered.set_value();
        release.get_future().wait();
        handle.reset();
    });
    bus.publish("a", "x");
    ASSERT_EQ(entered.get_future().wait_for(patience), std::future_status::ready);
    std::latch stopping(1);
    std::thread stopper([&] {
        stopping.count_down();
        bus.stop();
    });
    stopping.wait();
    release.set_value();
    stopper.join();
    EXPECT_EQ(handle, nullptr);
}

TEST(MessageBus, WhatWaitsIsBounded) {
    MessageBus bus(nullptr);
    std::promise<void> entered, release;
    const auto blocked = release.get_future().share();
    std::atomic<bool> first = true;
    const auto handle = bus.subscribe("a", [&](std::string_view) {
        if (first.exchange(false)) entered.set_value();
        blocked.wait();
    });
    bus.publish("a", "x");
    ASSERT_EQ(entered.get_future().wait_for(patience), std::future_status::ready);
    const std::string megabyte(1024 * 1024, 'm');
    int taken = 0;
    while (bus.publish("a", megabyte)) ASSERT_LT(++taken, 9);
    EXPECT_EQ(taken, 7);
    release.set_value();
}

TEST(MessageBus, SubscribingAndPublishingFromManyThreads) {
    MessageBus bus(nullptr);
    std::latch start(4);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            start.arrive_and_wait();
            for (int i = 0; i < 200; ++i) {
                int mine = 0;  // touched by the bus's thread only while the handle lives
                auto handle = bus.subscribe("a", [&mine](std::string_view) { ++mine; });
                bus.publish("a", "x");
                handle.reset();
                mine = -1;
            }
        });
    for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace kitchen
