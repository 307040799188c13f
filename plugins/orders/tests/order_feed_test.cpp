#include "events/order_feed.h"

#include <gtest/gtest.h>

#include <thread>

#include "order_kitchen.h"

namespace kitchen::orders {
namespace {

class OrderFeedTest : public testing::TestWithParam<tests::Storage> {
protected:
    OrderFeedTest() { kitchen.store->verify().value(); }

    std::int64_t place(std::int64_t user = 1) {
        kitchen.put(user, dish);
        return kitchen.place(tests::OrderKitchen::request(user)).value().order.id;
    }
    void move(std::int64_t id, OrderState to, const std::string& reason = "") {
        kitchen.orders.move({8, "kitchen"}, id, to, reason, any_version).value();
    }
    /// "position:order/version …"
    std::string read(std::int64_t after, std::int64_t limit = 100) {
        std::string text;
        const FeedPage page = feed.after(after, limit).value();
        for (const OrderEvent& e : page.events)
            text += (text.empty() ? "" : " ") + std::to_string(e.position) + ":" +
                    std::to_string(e.order_id) + "/" + std::to_string(e.version);
        return text;
    }

    tests::OrderKitchen kitchen{GetParam()};
    const std::int64_t dish = kitchen.food("Dish", 100);
    OrderFeed feed{*kitchen.store};
};

INSTANTIATE_TEST_SUITE_P(Storages, OrderFeedTest,
                         testing::Values(tests::Storage::memory, tests::Storage::file),
                         [](const auto& info) {
                             return info.param == tests::Storage::memory ? "Memory" : "File";
                         });

}  // namespace

TEST_P(OrderFeedTest, IsEmptyWithoutOrders) {
    EXPECT_EQ(feed.head().value(), 0);
    EXPECT_EQ(read(0), "");
}

TEST_P(OrderFeedTest, NumbersWhatHasBeenCommittedSinceItLastLooked) {
    const auto first = place();
    EXPECT_EQ(read(0), "1:1/1");
    move(first, OrderState::confirmed);
    place();
    EXPECT_EQ(feed.head().value(), 3);
    EXPECT_EQ(read(0), "1:1/1 2:1/2 3:2/1");
    move(first, OrderState::preparing);
    EXPECT_EQ(read(2), "3:2/1 4:1/3") << "later, and so behind what is numbered already";
    EXPECT_EQ(feed.head().value(), 4);
    ASSERT_TRUE(feed.number());
    EXPECT_EQ(read(4), "");
}

TEST_P(OrderFeedTest, GivesPages) {
    for (int i = 0; i < 5; ++i) place();
    EXPECT_EQ(read(0, 2), "1:1/1 2:2/1");
    EXPECT_EQ(read(2, 2), "3:3/1 4:4/1");
    EXPECT_EQ(read(4, 2), "5:5/1");
    EXPECT_EQ(feed.after(0, 2).value().head, 5);
}

TEST_P(OrderFeedTest, SaysWhatHasHappened) {
    const auto id = place();
    move(id, OrderState::cancelled, "No gas");
    const std::vector<OrderEvent> events = feed.after(0, 10).value().events;
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].from, std::nullopt);
    EXPECT_EQ(events[0].to, OrderState::pending);
    EXPECT_EQ(events[0].fulfillment, Fulfillment::pickup);
    EXPECT_EQ(events[0].at, kitchen.clock.now());
    EXPECT_EQ(events[0].is_last(), false);
    EXPECT_EQ(events[1].from, OrderState::pending);
    EXPECT_EQ(events[1].to, OrderState::cancelled);
    EXPECT_EQ(events[1].reason, "No gas");
    EXPECT_TRUE(events[1].is_last());
}

TEST_P(OrderFeedTest, NumbersMoreThanOneBatch) {
    const auto id = place();
    const Statement insert = kitchen.store->prepare(
        "INSERT INTO order_history (order_id, version, from_status, to_status, by_user, by_role, "
        "moved_at) VALUES ($1, $2, 'pending', 'pending', 1, 'kitchen', 0)");
    ASSERT_TRUE(kitchen.store->transact([&](Transaction& tx) -> Status {
        for (std::int64_t version = 2; version <= 1200; ++version)
            if (Result<Rows> done = tx.query(insert, {id, version}); !done)
                return std::move(done).error();
        return {};
    }));
    EXPECT_EQ(feed.head().value(), 1200);
    std::int64_t last = 0;
    const FeedPage page = feed.after(0, 2000).value();
    for (const OrderEvent& event : page.events) {
        EXPECT_EQ(event.position, last + 1);
        EXPECT_EQ(event.version, last + 1);
        last = event.position;
    }
    EXPECT_EQ(last, 1200);
}

TEST_P(OrderFeedTest, ManyReadersNumberEachChangeOnce) {
    std::vector<std::thread> threads;
    std::atomic<bool> done{false};
    for (int reader = 0; reader < 3; ++reader)
        threads.emplace_back([&] {
            // What a reader has passed never gets anything new before it.
            std::int64_t last = 0;
            while (!done || last < 40) {
                const FeedPage page = feed.after(last, 3).value();
                for (const OrderEvent& event : page.events) {
                    EXPECT_EQ(event.position, last + 1);
                    last = event.position;
                }
            }
        });
    std::vector<std::thread> writers;
    for (int writer = 1; writer <= 2; ++writer)
        writers.emplace_back([&, writer] {
            for (int i = 0; i < 10; ++i) move(place(writer), OrderState::confirmed);
        });
    for (auto& writer : writers) writer.join();
    done = true;
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(feed.head().value(), 40);
}

}  // namespace kitchen::orders
