#include "events/client_stream.h"

#include <gtest/gtest.h>

#include "fake_event_stream.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::orders {
namespace {

using namespace std::chrono_literals;

class ClientStreamTest : public testing::Test {
protected:
    static OrderEvent event(std::int64_t number, OrderState to = OrderState::confirmed) {
        return {number + 100, 7, number, OrderState::pending, to, {}, "", Fulfillment::pickup};
    }
    std::shared_ptr<ClientStream> stream(ClientStream::Ids ids = ClientStream::Ids::versions) {
        return std::make_shared<ClientStream>(ids, Actor::customer, Principal{}, clock,
                                              clock.steady_now() + 1h);
    }
    testkit::ManualClock clock;
    std::shared_ptr<tests::FakeEventStream> client = std::make_shared<tests::FakeEventStream>();
};

}  // namespace

TEST_F(ClientStreamTest, GivesWhatIsNewOnceAndInOrder) {
    const auto one = stream();
    one->on_event(event(2));
    one->on_event(event(3));
    EXPECT_EQ(client->written(), "");
    one->open(client, "first\n", 2, false);
    EXPECT_EQ(client->written().substr(0, 6), "first\n");
    EXPECT_EQ(client->ids(), "3");
    one->on_event(event(3));
    one->on_event(event(4));
    one->on_event(event(2));
    EXPECT_EQ(client->ids(), "3 4");
    EXPECT_TRUE(client->is_open());
}

TEST_F(ClientStreamTest, OfOneOrderEndsWithIt) {
    const auto one = stream();
    one->open(client, "", 1, false);
    one->on_event(event(2, OrderState::cancelled));
    EXPECT_FALSE(client->is_open());
    EXPECT_EQ(client->ids(), "2");
    one->on_event(event(3));
    one->on_beat(true);
    EXPECT_EQ(client->ids(), "2");
}

TEST_F(ClientStreamTest, OfAllOrdersGoesByPositionAndGoesOn) {
    const auto all = stream(ClientStream::Ids::positions);
    all->on_event(event(1));
    all->on_event(event(2));
    all->open(client, "", 101, false);
    all->on_event(event(3, OrderState::completed));
    all->on_event(event(4));
    EXPECT_EQ(client->ids(), "102 103 104");
    EXPECT_TRUE(client->is_open());
}

TEST_F(ClientStreamTest, EndsAtOnceWhenThereIsNoMore) {
    const auto one = stream();
    one->on_event(event(3));
    one->open(client, "first;", 2, true);
    EXPECT_EQ(client->written(), "first;");
    EXPECT_FALSE(client->is_open());
}

TEST_F(ClientStreamTest, EndedBeforeItIsOpenItStillSaysWhatItHas) {
    const auto one = stream();
    one->end();
    one->open(client, "first;", 1, false);
    EXPECT_EQ(client->written(), "first;");
    EXPECT_FALSE(client->is_open());
}

TEST_F(ClientStreamTest, BeatsUntilItIsTooOld) {
    const auto one = stream();
    one->on_beat(true);
    one->open(client, "", 1, false);
    clock.advance(1h - 1ms);
    one->on_beat(true);
    EXPECT_EQ(client->written(), ":\n\n");
    clock.advance(1ms);
    one->on_beat(true);
    EXPECT_EQ(client->written(), ":\n\n");
    EXPECT_FALSE(client->is_open());
}

TEST_F(ClientStreamTest, EndsAtTheBeatAfterTheRightToIt) {
    const auto one = stream();
    one->open(client, "", 1, false);
    one->on_beat(true);
    EXPECT_TRUE(client->is_open());
    one->on_beat(false);
    EXPECT_EQ(client->written(), ":\n\n");
    EXPECT_FALSE(client->is_open());
}

}  // namespace kitchen::orders
