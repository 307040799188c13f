#include "events/event_hub.h"

#include <gtest/gtest.h>

#include "events/client_stream.h"
#include "fake_event_stream.h"
#include "order_kitchen.h"

namespace kitchen::orders {
namespace {

using tests::FakeEventStream;

/// Takes jobs, or does not.
class Desk final : public Jobs {
public:
    bool post(std::string name, std::function<void()> work) override {
        return takes && jobs.post(std::move(name), std::move(work));
    }
    bool post_after(std::chrono::milliseconds delay, std::string name,
                    std::function<void()> work) override {
        return takes && jobs.post_after(delay, std::move(name), std::move(work));
    }
    Jobs& queue(std::string_view, unsigned) override { return *this; }
    bool takes = true;
    testkit::ManualJobs jobs;
};

class EventHubTest : public testing::Test {
protected:
    EventHubTest() {
        kitchen.store->verify().value();
        kitchen.on_change = [this] { hub.changed(); };
    }
    std::int64_t place() {
        kitchen.put(1, dish);
        return kitchen.place(tests::OrderKitchen::request(1)).value().order.id;
    }
    void move(std::int64_t id, OrderState to) {
        kitchen.orders.move({8, "kitchen"}, id, to, "because", any_version).value();
    }

    /// A client who watches one order, or all.
    struct Client {
        std::shared_ptr<ClientStream> stream;
        std::shared_ptr<FakeEventStream> end = std::make_shared<FakeEventStream>();
        Listeners::Registration registration;

        void open(std::int64_t last) {
            end->on_close([s = std::exchange(registration, nullptr)]() mutable { s.reset(); });
            stream->open(end, "", last, false);
        }
    };
    Client joined(std::optional<std::int64_t> order_id, const Principal& who = {1, "kitchen", ""}) {
        Client client;
        const auto ids = order_id ? ClientStream::Ids::versions : ClientStream::Ids::positions;
        client.stream =
            std::make_shared<ClientStream>(ids, Actor::staff, who, kitchen.clock,
                                           kitchen.clock.steady_now() + std::chrono::hours(1));
        client.registration = hub.join(1, order_id, client.stream).value();
        return client;
    }
    Client watching(std::optional<std::int64_t> order_id, std::int64_t last) {
        Client client = joined(order_id);
        client.open(last);
        return client;
    }

    tests::OrderKitchen kitchen;
    const std::int64_t dish = kitchen.food("Dish", 100);
    Desk desk;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    OrderFeed feed{*kitchen.store};
    EventHub hub{feed, desk, nullptr, random, log, {100, 50}};
};

}  // namespace

TEST_F(EventHubTest, BringsEachChangeToThoseWhoWatchThatOrderAndThoseWhoWatchAll) {
    const auto first = place(), second = place();
    const Client one = watching(first, 1), other = watching(second, 1),
                 all = watching(std::nullopt, feed.head().value());
    desk.jobs.run_all();
    move(first, OrderState::confirmed);
    move(second, OrderState::confirmed);
    move(first, OrderState::preparing);
    EXPECT_EQ(desk.jobs.run_all(), 1) << "one reading for all of it";
    EXPECT_EQ(one.end->ids(), "2 3");
    EXPECT_EQ(other.end->ids(), "2");
    EXPECT_EQ(all.end->ids(), "3 4 5");
    place();
    desk.jobs.run_all();
    EXPECT_EQ(all.end->ids(), "3 4 5 6");
    EXPECT_EQ(one.end->ids(), "2 3");
}

TEST_F(EventHubTest, WhatIsCommittedWhileAClientConnectsComesOnce) {
    const auto id = place();
    Client before = joined(id);
    move(id, OrderState::confirmed);  // committed before the client's order is read
    desk.jobs.run_all();
    move(id, OrderState::preparing);  // after
    before.open(2);
    EXPECT_EQ(before.end->ids(), "");
    desk.jobs.run_all();
    EXPECT_EQ(before.end->ids(), "3");

    Client kept = joined(id);
    move(id, OrderState::ready);
    desk.jobs.run_all();  // brought before the client was there to take it
    kept.open(3);
    EXPECT_EQ(kept.end->ids(), "4");
}

TEST_F(EventHubTest, APollFindsWhatNoWordCameOf) {
    const auto id = place();
    desk.jobs.run_all();
    const Client one = watching(id, 1);
    desk.jobs.run_all();
    kitchen.on_change = nullptr;  // another replica's change, and the message was lost
    move(id, OrderState::confirmed);
    EXPECT_EQ(desk.jobs.run_all(), 0);
    hub.poll();
    EXPECT_EQ(one.end->ids(), "2");
}

TEST_F(EventHubTest, AJobThatIsNotTakenIsTriedAgain) {
    const auto id = place();
    const Client one = watching(id, 1);
    desk.jobs.run_all();
    desk.takes = false;
    move(id, OrderState::confirmed);
    desk.takes = true;
    move(id, OrderState::preparing);
    EXPECT_EQ(desk.jobs.run_all(), 1);
    EXPECT_EQ(one.end->ids(), "2 3");
}

TEST_F(EventHubTest, MoreThanAPageIsReadPageByPage) {
    const Client all = watching(std::nullopt, 0);
    std::string expected;
    for (int i = 1; i <= 450; ++i) {
        place();
        expected += (i > 1 ? " " : "") + std::to_string(i);
    }
    desk.jobs.run_all();
    EXPECT_EQ(all.end->ids(), expected);
}

TEST_F(EventHubTest, WhoeverLeavesIsForgotten) {
    const auto id = place();
    for (int i = 0; i < 200; ++i) {
        Client one = watching(id, 1), all = watching(std::nullopt, 1);
        ASSERT_EQ(hub.listeners(), 2u);
        const std::weak_ptr<ClientStream> gone = one.stream;
        one.stream.reset();
        one.end->close();
        all.end->close();
        EXPECT_TRUE(gone.expired());
        // One whose head was never sent.
        Client lost = joined(id);
        ASSERT_EQ(hub.listeners(), 1u);
        lost.registration.reset();
    }
    EXPECT_EQ(hub.listeners(), 0u);
}

TEST_F(EventHubTest, NothingIsReadWhileNobodyListensButTheFeedIsNumbered) {
    {
        Client gone = watching(std::nullopt, 0);
        gone.end->close();
    }
    place();
    hub.poll();
    kitchen.on_change = nullptr;
    place();
    const Client all = watching(std::nullopt, 1);
    desk.jobs.run_all();
    EXPECT_EQ(all.end->ids(), "") << "it begins where the feed stood when it joined";
    place();
    hub.poll();
    EXPECT_EQ(all.end->ids(), "3");
}

TEST_F(EventHubTest, AStoreThatIsAwayIsTriedAgain) {
    const auto id = place();
    const Client one = watching(id, 1);
    desk.jobs.run_all();
    const Statement spoil =
        kitchen.store->prepare("UPDATE order_history SET to_status = $1 WHERE to_status = $2");
    const auto rename = [&](const char* to, const char* from) {
        ASSERT_TRUE(kitchen.store->transact([&](Transaction& tx) -> Status {
            if (Result<Rows> done = tx.query(spoil, {to, from}); !done)
                return std::move(done).error();
            return {};
        }));
    };
    move(id, OrderState::confirmed);
    rename("burnt", "confirmed");
    desk.jobs.run_all();
    EXPECT_EQ(one.end->ids(), "");
    EXPECT_TRUE(log.contains("events of orders could not be read"));
    rename("confirmed", "burnt");
    hub.poll();
    EXPECT_EQ(one.end->ids(), "2");
}

TEST_F(EventHubTest, ABeatAsksOnceForEachWhoListens) {
    Client one = joined({}, {1, "kitchen", "7"}), two = joined({}, {1, "kitchen", "7"}),
           other = joined({}, {1, "kitchen", "8"});
    for (Client* client : {&one, &two, &other}) client->open(0);
    std::vector<std::string> asked;
    hub.beat([&](const Principal& who) {
        asked.push_back(who.token_id);
        return who.token_id == "7";
    });
    std::sort(asked.begin(), asked.end());
    EXPECT_EQ(asked, (std::vector<std::string>{"7", "8"}));
    EXPECT_TRUE(one.end->is_open());
    EXPECT_TRUE(two.end->is_open());
    EXPECT_FALSE(other.end->is_open());
}

TEST_F(EventHubTest, ClosingEndsAllStreams) {
    const auto id = place();
    const Client one = watching(id, 1), all = watching(std::nullopt, 1);
    hub.close();
    EXPECT_FALSE(one.end->is_open());
    EXPECT_FALSE(all.end->is_open());
    EXPECT_EQ(hub.listeners(), 0u);
    EXPECT_FALSE(hub.join(1, id, one.stream));
}

}  // namespace kitchen::orders
