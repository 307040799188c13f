#include "events/listeners.h"

#include <gtest/gtest.h>

namespace kitchen::orders {
namespace {

class Ear final : public OrderListener {
public:
    void on_event(const OrderEvent&) override {}
    const Principal& who() const noexcept override { return principal; }
    void on_beat(bool) override {}
    void end() noexcept override {
        ++ends;
        registration.reset();  // as the end of a connection does
    }
    Principal principal;
    int ends = 0;
    Listeners::Registration registration;
};

std::shared_ptr<Ear> ear() { return std::make_shared<Ear>(); }

std::string refusal(const Result<Listeners::Registration>& registration) {
    return registration ? "a registration" : registration.error().code;
}

}  // namespace

TEST(Listeners, AreThoseOfTheOrderAndThoseOfAll) {
    Listeners listeners({10, 10});
    const auto seven = ear(), eight = ear(), all = ear();
    const auto a = listeners.add(1, 7, seven).value(), b = listeners.add(1, 8, eight).value(),
               c = listeners.add(2, std::nullopt, all).value();
    EXPECT_EQ(listeners.of(7), (std::vector<Listeners::Pointer>{seven, all}));
    EXPECT_EQ(listeners.of(8), (std::vector<Listeners::Pointer>{eight, all}));
    EXPECT_EQ(listeners.of(9), (std::vector<Listeners::Pointer>{all}));
    EXPECT_EQ(listeners.all().size(), 3u);
}

TEST(Listeners, ASeatGivenUpIsFree) {
    Listeners listeners({2, 1});
    for (int i = 0; i < 100; ++i) {
        auto mine = ear();
        const std::weak_ptr<Ear> gone = mine;
        auto registration = listeners.add(1, 7, std::move(mine));
        ASSERT_TRUE(registration);
        EXPECT_EQ(refusal(listeners.add(1, 8, ear())), "too_many_streams_of_user");
        registration = Listeners::Registration();
        EXPECT_TRUE(gone.expired());
        EXPECT_EQ(listeners.count(), 0u);
    }
}

TEST(Listeners, AreSoManyAndNoMore) {
    Listeners listeners({3, 2});
    const auto a = listeners.add(1, 7, ear()).value(), b = listeners.add(1, 7, ear()).value();
    const auto mine = listeners.add(1, std::nullopt, ear());
    ASSERT_FALSE(mine);
    EXPECT_EQ(mine.error().kind, Errc::too_many_requests);
    EXPECT_TRUE(mine.error().retry_after);
    const auto c = listeners.add(2, 7, ear()).value();
    const auto full = listeners.add(3, 7, ear());
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind, Errc::unavailable);
    EXPECT_TRUE(full.error().retry_after);
}

TEST(Listeners, ClosingEndsAllAndLetsNobodyIn) {
    Listeners listeners({10, 10});
    const auto one = ear(), other = ear();
    one->registration = listeners.add(1, 7, one).value();
    other->registration = listeners.add(2, std::nullopt, other).value();
    listeners.close();
    EXPECT_EQ(one->ends, 1);
    EXPECT_EQ(other->ends, 1);
    EXPECT_EQ(listeners.count(), 0u);
    EXPECT_EQ(refusal(listeners.add(1, 7, ear())), "closing");
}

TEST(Listeners, ASeatMayOutliveTheList) {
    Listeners::Registration registration;
    {
        Listeners listeners({10, 10});
        registration = listeners.add(1, 7, ear()).value();
    }
    registration.reset();
}

}  // namespace kitchen::orders
