#include "opening_hours.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hours_kitchen.h"

namespace kitchen::opening_hours {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t ada = 1, bola = 2;

HoursSettings in_lagos(std::vector<std::string> hours = {"mon-sun 08:00-20:00"}) {
    HoursSettings settings;
    settings.zone = "Africa/Lagos";
    settings.hours = std::move(hours);
    return settings;
}

/// It is Thursday, 1 January 2026, 13:00 in Lagos.
class OpeningHoursTest : public testing::Test {
protected:
    void open(const HoursSettings& settings) {
        kitchen = std::make_unique<HoursKitchen>(settings);
        dish = kitchen->kitchen.food("Dish", 100);
    }
    Timestamp now() const { return kitchen->kitchen.clock.now(); }
    std::string reason(std::optional<Timestamp> time) const {
        const auto explained = kitchen->kitchen.checkout.explain(dish, time, Fulfillment::pickup);
        return explained->problems.empty() ? "" : explained->problems.front().detail;
    }
    void cancel(std::int64_t user) {
        kitchen->kitchen.orders
            .move({user, "customer"}, kitchen->placed_id, OrderState::cancelled, "", any_version)
            .value();
    }

    std::unique_ptr<HoursKitchen> kitchen;
    std::int64_t dish = 0;
};

}  // namespace

TEST_F(OpeningHoursTest, ClosedSaysWhenItOpens) {
    open(in_lagos({"mon 08:00-20:00"}));
    EXPECT_THAT(kitchen->place(ada, dish, std::nullopt), ElementsAre("/scheduled_for closed"));
    EXPECT_EQ(reason(std::nullopt),
              "We are closed then, and open again on Mon 5 Jan 2026, 08:00 (Africa/Lagos).");
    EXPECT_THAT(kitchen->place(ada, dish, at("2026-01-05T07:00:00Z")), IsEmpty());
    open(in_lagos({}));
    EXPECT_EQ(reason(std::nullopt), "We are closed then.");
}

TEST_F(OpeningHoursTest, AScheduledOrderHasItsLeadTime) {
    HoursSettings settings = in_lagos();
    settings.lead_time = minutes(30);
    open(settings);
    EXPECT_THAT(kitchen->place(ada, dish, now() + minutes(30) - std::chrono::milliseconds(1)),
                ElementsAre("/scheduled_for too_soon"));
    EXPECT_EQ(reason(now() + minutes(29)), "Choose Thu 1 Jan 2026, 13:30 (Africa/Lagos) or later.");
    EXPECT_THAT(kitchen->place(ada, dish, now() + minutes(30)), IsEmpty());
    kitchen->kitchen.clock.advance(std::chrono::seconds(20));
    EXPECT_EQ(reason(at("2026-01-01T12:30:00Z")),
              "Choose Thu 1 Jan 2026, 13:31 (Africa/Lagos) or later.");
    EXPECT_THAT(kitchen->place(ada, dish, std::nullopt), IsEmpty());
}

TEST_F(OpeningHoursTest, AFoodsOwnHoursTakeThePlaceOfItsCategorys) {
    HoursSettings settings = in_lagos();
    settings.mealtimes = {"food:2 mon-sun 12:00-14:00", "category:mains mon-sun 08:00-11:00",
                          "food:3 mon-sun 12:00-14:00"};
    open(settings);
    const std::int64_t other = kitchen->kitchen.food("Other", 100);
    ASSERT_EQ(other, 2);
    const std::int64_t third = kitchen->kitchen.food("Third", 100);
    EXPECT_THAT(kitchen->explain(third, std::nullopt), IsEmpty());
    EXPECT_THAT(kitchen->explain(dish, std::nullopt), ElementsAre("/food_id not_at_this_time"));
    EXPECT_EQ(reason(std::nullopt), "Dish is served mon-sun 08:00-11:00 (Africa/Lagos).");
    EXPECT_THAT(kitchen->explain(other, std::nullopt), IsEmpty());
    EXPECT_THAT(kitchen->explain(other, at("2026-01-02T08:00:00Z")),
                ElementsAre("/food_id not_at_this_time"));
    kitchen->kitchen.put(ada, other);
    EXPECT_THAT(kitchen->kitchen.put(ada, dish).line.problems, IsEmpty());
    EXPECT_THAT(kitchen->place(ada, dish, std::nullopt),
                ElementsAre("/items/1/food not_at_this_time"));
}

TEST_F(OpeningHoursTest, WhilePausedNothingIsOrderedForThatTime) {
    open(in_lagos());
    kitchen->hours.pause(now() + hours(1), "The power is out.").value();
    EXPECT_THAT(kitchen->place(ada, dish, std::nullopt), ElementsAre("/scheduled_for paused"));
    EXPECT_EQ(reason(std::nullopt),
              "No orders are taken for a time before Thu 1 Jan 2026, 14:00 (Africa/Lagos). The "
              "power is out.");
    EXPECT_FALSE(kitchen->hours.now().value().is_open);
    EXPECT_THAT(kitchen->place(ada, dish, now() + hours(1)), IsEmpty());

    // Another takes its place, and lasts until it is resumed.
    kitchen->hours.pause(std::nullopt, "").value();
    EXPECT_THAT(kitchen->explain(dish, now() + hours(24)), ElementsAre("/at paused"));
    EXPECT_EQ(reason(std::nullopt), "No orders are taken until further notice.");
    kitchen->hours.resume().value();
    kitchen->hours.resume().value();
    EXPECT_THAT(kitchen->explain(dish, std::nullopt), IsEmpty());
    EXPECT_TRUE(kitchen->hours.now().value().is_open);

    // One that is over is none.
    kitchen->hours.pause(now() + minutes(1), "").value();
    kitchen->kitchen.clock.advance(minutes(1));
    EXPECT_FALSE(kitchen->hours.now().value().pause);
    EXPECT_THAT(kitchen->explain(dish, std::nullopt), IsEmpty());
    EXPECT_EQ(kitchen->hours.pause(now(), "").error().faults[0].pointer, "/until");
}

TEST_F(OpeningHoursTest, ASlotTakesSoManyOrdersAndGivesPlacesBack) {
    HoursSettings settings = in_lagos();
    settings.slots = {minutes(60), 1};
    open(settings);
    EXPECT_THAT(kitchen->place(ada, dish, std::nullopt), IsEmpty());
    EXPECT_THAT(kitchen->place(bola, dish, now() + minutes(59)),
                ElementsAre("/scheduled_for slot_full"));
    EXPECT_THAT(reason(now()), HasSubstr("from Thu 1 Jan 2026, 13:00 to Thu 1 Jan 2026, 14:00"));
    EXPECT_THAT(kitchen->explain(dish, std::nullopt), ElementsAre("/at slot_full"));
    EXPECT_THAT(kitchen->place(bola, dish, now() + minutes(60)), IsEmpty());
    cancel(bola);
    EXPECT_THAT(kitchen->place(bola, dish, now() + minutes(119)), IsEmpty());
    EXPECT_THAT(kitchen->place(ada, dish, now() + minutes(60)),
                ElementsAre("/scheduled_for slot_full"));
}

TEST_F(OpeningHoursTest, AnOrderClaimsOnePlaceOfItsSlot) {
    HoursSettings settings = in_lagos();
    settings.slots = {minutes(60), 7};
    open(settings);
    CheckoutDraft draft;
    draft.now = now();
    draft.scheduled_for = at("2026-01-02T10:59:59.999Z");
    kitchen->kitchen.store
        ->read([&](Transaction& tx) { return kitchen->hours.consider(tx, draft); })
        .value();
    ASSERT_EQ(draft.claims().size(), 1u);
    EXPECT_EQ(draft.claims()[0].name, "opening-hours/slot/2026-01-02T10:00:00.000Z");
    EXPECT_EQ(draft.claims()[0].quantity, 1);
    EXPECT_EQ(draft.claims()[0].limit, 7);
}

TEST_F(OpeningHoursTest, TwoHundredOrdersRaceForTenPlaces) {
    HoursSettings settings = in_lagos();
    settings.slots = {minutes(60), 10};
    HoursKitchen busy(settings, tests::Storage::file);
    dish = busy.kitchen.food("Dish", 100);
    constexpr std::int64_t buyers = 200;
    for (std::int64_t user = 1; user <= buyers; ++user) busy.kitchen.put(user, dish);
    std::atomic<int> placed{0}, refused{0};
    std::vector<std::thread> threads;
    for (std::int64_t user = 1; user <= buyers; ++user)
        threads.emplace_back([&, user] {
            auto request = tests::OrderKitchen::request(user);
            request.scheduled_for = busy.kitchen.clock.now() + minutes(user % 60 + 60);
            const auto order = busy.kitchen.place(request);
            if (order)
                ++placed;
            else if (texts(order.error().faults) ==
                     std::vector<std::string>{"/scheduled_for slot_full"})
                ++refused;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(placed, 10);
    EXPECT_EQ(refused, 190);
    EXPECT_EQ(busy.kitchen.order_count(), 10);
}

TEST_F(OpeningHoursTest, TheFirstMinuteOfAListedSlotCanBeOrderedFor) {
    HoursSettings settings = in_lagos({"mon-sun 13:20-15:10, 15:40-17:00, 23:30-00:30"});
    settings.slots = {minutes(30), 2};
    settings.lead_time = minutes(25);
    open(settings);
    kitchen->kitchen.clock.advance(std::chrono::seconds(20));
    kitchen->hours.pause(now() + minutes(35), "").value();
    int tried = 0;
    for (int day = 0; day < 2; ++day) {
        const auto slots =
            kitchen->hours.slots(kitchen->hours.today() + std::chrono::days(day)).value();
        for (const OpenSlot& slot : slots) {
            EXPECT_EQ(slot.left, 2);
            for (const Timestamp time : {slot.span.begin, slot.span.end - minutes(1)})
                EXPECT_THAT(kitchen->place(ada, dish, time), IsEmpty()) << format_rfc3339(time);
            ++tried;
        }
    }
    EXPECT_EQ(tried, 8 + 10);
    EXPECT_THAT(kitchen->hours.slots(kitchen->hours.today()).value().front().span.begin,
                at("2026-01-01T12:36:00Z"));
    EXPECT_EQ(kitchen->hours.slots(kitchen->hours.today()).value().front().left, 0);
    kitchen->hours.pause(std::nullopt, "").value();
    EXPECT_THAT(kitchen->hours.slots(kitchen->hours.today()).value(), IsEmpty());
    kitchen->hours.resume().value();
    EXPECT_THAT(kitchen->hours.slots(kitchen->hours.today() - std::chrono::days(1)).value(),
                IsEmpty());
}

}  // namespace kitchen::opening_hours
