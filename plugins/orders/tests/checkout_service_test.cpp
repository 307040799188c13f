#include "checkout_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fees.h"
#include "in_parallel.h"
#include "order_kitchen.h"

namespace kitchen::orders {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::error_of;
using tests::OrderKitchen;

constexpr std::int64_t ada = 1;
const Viewer customer{ada, "customer"};

QuoteRequest asking(Fulfillment fulfillment, std::int64_t tip = 0) {
    QuoteRequest request;
    request.user_id = ada;
    request.fulfillment = fulfillment;
    request.tip = tip;
    return request;
}

std::vector<std::string> faults(const Error& error) {
    std::vector<std::string> found;
    for (const Fault& fault : error.faults) found.push_back(fault.pointer + " " + fault.code);
    return found;
}

}  // namespace

TEST(CheckoutService, TurnsACartIntoAnOrder) {
    OrderKitchen kitchen;
    const auto rice = kitchen.food("Jollof rice", 280'000, 20),
               beef = kitchen.food("Beef", 150'000, 20), dodo = kitchen.food("Dodo", 70'000);
    kitchen.carts.add(ada, {rice, {{beef}, {dodo}}, 2, "No pepper"}, any_version).value();
    kitchen.put(ada, dodo, 3);
    CheckoutRequest request = OrderKitchen::request(ada, Fulfillment::delivery);
    request.delivery_instructions = "Second gate";
    request.tip = 10'000;
    request.expected_total = 1'220'000;
    const Placed placed = kitchen.place(request).value();
    EXPECT_FALSE(placed.replayed);

    const Order order = kitchen.orders.read(customer, placed.order.id).value();
    EXPECT_EQ(order_json(order, Actor::customer), order_json(placed.order, Actor::customer));
    EXPECT_EQ(order.user_id, ada);
    EXPECT_EQ(order.status, OrderState::pending);
    EXPECT_EQ(order.payment_status, "unpaid");
    EXPECT_EQ(order.fulfillment, Fulfillment::delivery);
    EXPECT_EQ(order.contact_phone, "+2348031000001");
    EXPECT_EQ(order.delivery_instructions, "Second gate");
    EXPECT_EQ(order.currency, "NGN");
    EXPECT_EQ(order.price.subtotal, 1'210'000);
    EXPECT_EQ(order.price.tip, 10'000);
    EXPECT_EQ(order.price.total, 1'220'000);
    EXPECT_EQ(order.version, 1);
    EXPECT_EQ(order.created_at, kitchen.clock.now());
    ASSERT_EQ(order.items.size(), 2u);
    EXPECT_EQ(order.items[0].name, "Jollof rice");
    EXPECT_EQ(order.items[0].unit_price, 500'000);
    EXPECT_EQ(order.items[0].quantity, 2);
    EXPECT_EQ(order.items[0].line_total, 1'000'000);
    EXPECT_EQ(order.items[0].special_instructions, "No pepper");
    EXPECT_EQ(order.items[0].side_proteins.at(0).name, "Beef");
    EXPECT_EQ(order.items[0].extra_sides.at(0).price, 70'000);
    EXPECT_EQ(order.items[1].food_id, dodo);
    EXPECT_TRUE(order.items[1].side_proteins.empty());
    ASSERT_EQ(order.history.size(), 1u);
    EXPECT_FALSE(order.history[0].from);
    EXPECT_EQ(order.history[0].to, OrderState::pending);
    EXPECT_EQ(order.history[0].by.user_id, ada);

    EXPECT_EQ(kitchen.stock_of(rice), 18);
    EXPECT_EQ(kitchen.stock_of(beef), 18);
    EXPECT_EQ(kitchen.stock_of(dodo), std::nullopt);
    EXPECT_TRUE(kitchen.cart_of(ada).lines.empty());
}

TEST(CheckoutService, TakesDishesAndSidesOfAllLinesTogether) {
    OrderKitchen kitchen;
    const auto egg = kitchen.food("Egg", 100, 9), rice = kitchen.food("Rice", 100),
               beans = kitchen.food("Beans", 100);
    kitchen.put(ada, egg, 2);
    kitchen.put(ada, rice, 3, {{egg}, {}});
    kitchen.put(ada, beans, 2, {{egg}, {egg}});
    kitchen.place(OrderKitchen::request(ada)).value();
    EXPECT_EQ(kitchen.stock_of(egg), 0);
    EXPECT_EQ(kitchen.journal_lines(egg), 2);  // the first count, and one sale
}

TEST(CheckoutService, AnEmptyCartIsNoOrder) {
    OrderKitchen kitchen;
    const auto refused = kitchen.place(OrderKitchen::request(ada));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    EXPECT_EQ(refused.error().code, "cart_empty");
}

TEST(CheckoutService, WhenSomethingIsShortNothingHappens) {
    OrderKitchen kitchen;
    const auto plenty = kitchen.food("Plenty", 100, 50), few = kitchen.food("Few", 100, 5),
               gone = kitchen.food("Gone", 100);
    kitchen.put(ada, plenty, 2);
    kitchen.put(ada, few, 5);
    kitchen.put(ada, plenty, 1, {{gone}, {}});
    kitchen.edit(few, [](auto& draft) { draft.available_quantity = 4; });
    kitchen.remove(gone);
    const auto refused = kitchen.place(OrderKitchen::request(ada), "key");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::conflict);
    EXPECT_EQ(refused.error().code, "items_unavailable");
    EXPECT_THAT(faults(refused.error()),
                ElementsAre("/items/1/food short", "/items/2/side_proteins/0 deleted"));
    EXPECT_THAT(refused.error().faults[0].detail, HasSubstr("Few"));

    EXPECT_EQ(kitchen.stock_of(plenty), 50);
    EXPECT_EQ(kitchen.stock_of(few), 4);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 3u);
    EXPECT_EQ(kitchen.cart_of(ada).version, 3);
    EXPECT_EQ(kitchen.order_count(), 0);

    // The key was not used up.
    kitchen.edit(few, [](auto& draft) { draft.available_quantity = 5; });
    kitchen.carts.remove(ada, kitchen.cart_of(ada).lines.at(2).id, any_version).value();
    EXPECT_FALSE(kitchen.place(OrderKitchen::request(ada), "key").value().replayed);
}

TEST(CheckoutService, AnotherTotalThanExpectedIsRefused) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100);
    kitchen.put(ada, dish);
    kitchen.edit(dish, [](auto& draft) { draft.price = 120; });
    CheckoutRequest request = OrderKitchen::request(ada);
    request.expected_total = 100;
    const auto refused = kitchen.place(request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::conflict);
    EXPECT_EQ(refused.error().code, "total_changed");
    EXPECT_EQ(refused.error().detail,
              "The total is now NGN 1.20, and not NGN 1.00. Look at it, and order again if it is "
              "all right.");
    ASSERT_EQ(refused.error().members.size(), 2u);
    EXPECT_EQ(refused.error().members[0].first, "total");
    EXPECT_EQ(refused.error().members[0].second.as_integer(), 120);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 1u);
    request.expected_total = 120;
    EXPECT_TRUE(kitchen.place(request));
}

TEST(CheckoutService, AnOrderIsPutIntoTheCartAgain) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100), side = kitchen.food("Side", 10),
               gone = kitchen.food("Gone", 100), few = kitchen.food("Few", 100, 3);
    kitchen.put(ada, dish, 2, {{side}, {}});
    kitchen.put(ada, gone);
    kitchen.put(ada, few, 2);
    const auto id = kitchen.place(OrderKitchen::request(ada)).value().order.id;
    kitchen.remove(gone);
    kitchen.put(ada, dish, 1, {{side}, {}});
    EXPECT_EQ(error_of(kitchen.checkout.reorder(ada + 1, id)).code, "order_not_found");
    const Carts::Filled filled = kitchen.checkout.reorder(ada, id).value();
    ASSERT_EQ(filled.problems.size(), 3u);
    EXPECT_TRUE(filled.problems[0].empty());
    EXPECT_EQ(filled.problems[1].at(0).code, "deleted");
    EXPECT_EQ(filled.problems[2].at(0).code, "short");
    const CartContents cart = kitchen.cart_of(ada);
    EXPECT_EQ(cart.version, filled.version);
    ASSERT_EQ(cart.lines.size(), 1u);
    EXPECT_EQ(cart.lines[0].quantity, 3);
}

TEST(CheckoutService, AnotherCartThanTheCustomerSawIsNotOrdered) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 5);
    const auto sees = [](std::int64_t expected) {
        return [expected](std::int64_t version) -> Status {
            if (version == expected) return {};
            return Error(Errc::precondition_failed, "stale", "Stale.");
        };
    };
    const CheckoutRequest request = OrderKitchen::request(ada);
    kitchen.put(ada, dish);
    const std::int64_t seen =
        kitchen.checkout.quote(asking(Fulfillment::pickup, 0)).value().draft.cart.version;
    kitchen.put(ada, dish);  // on another device
    EXPECT_EQ(error_of(kitchen.checkout.place(request, std::nullopt, sees(seen))).kind,
              Errc::precondition_failed);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 1u);
    EXPECT_EQ(kitchen.stock_of(dish), 5);
    const orders::IdempotentRequest once{ada, "POST /orders/", "key", "{}"};
    EXPECT_TRUE(kitchen.checkout.place(request, once, sees(seen + 1)));
    EXPECT_TRUE(kitchen.checkout.place(request, once, sees(seen + 1)).value().replayed);
}

TEST(CheckoutService, WhatTheStepsAddIsKeptWithTheOrder) {
    fees::Fees fees({50'000, 500, 750});
    OrderKitchen kitchen(tests::Storage::memory, {}, nullptr, {&fees});
    kitchen.put(ada, kitchen.food("Dish", 100'000), 2);
    const Quote quote = kitchen.checkout.quote(asking(Fulfillment::delivery, 1'000)).value();
    EXPECT_EQ(quote.price.total, 200'000 + 50'000 + 10'000 + 19'500 + 1'000);
    CheckoutRequest request = OrderKitchen::request(ada, Fulfillment::delivery);
    request.tip = 1'000;
    request.expected_total = quote.price.total;
    const Order order =
        kitchen.orders.read(customer, kitchen.place(request).value().order.id).value();
    EXPECT_EQ(order.price.delivery_fee, 50'000);
    EXPECT_EQ(order.price.service_fee, 10'000);
    EXPECT_EQ(order.price.tax, 19'500);
    EXPECT_EQ(order.price.total, quote.price.total);
    ASSERT_EQ(order.amounts.size(), 3u);
    EXPECT_EQ(order.amounts[2].part, PricePart::tax);
    EXPECT_EQ(order.amounts[2].name, "tax");
    EXPECT_EQ(order.amounts[2].amount, 19'500);
}

TEST(CheckoutService, AQuoteSaysWhatWouldStopTheOrder) {
    OrderKitchen kitchen;
    const Quote empty = kitchen.checkout.quote(asking(Fulfillment::pickup, 0)).value();
    ASSERT_EQ(empty.problems.size(), 1u);
    EXPECT_EQ(empty.problems[0].code, "cart_empty");
    const auto dish = kitchen.food("Dish", 100, 5);
    kitchen.put(ada, dish, 5);
    EXPECT_TRUE(kitchen.checkout.quote(asking(Fulfillment::pickup, 0)).value().problems.empty());
    kitchen.edit(dish, [](auto& draft) { draft.is_available = false; });
    const Quote stopped = kitchen.checkout.quote(asking(Fulfillment::pickup, 7)).value();
    ASSERT_EQ(stopped.problems.size(), 1u);
    EXPECT_EQ(stopped.problems[0].pointer, "/items/0/food");
    EXPECT_EQ(stopped.problems[0].code, "unavailable");
    EXPECT_EQ(stopped.price.total, 507);
    EXPECT_EQ(kitchen.cart_of(ada).version, 1);
    EXPECT_EQ(kitchen.stock_of(dish), 5);
}

TEST(CheckoutService, ThePhoneIsNormalised) {
    OrderKitchen kitchen;
    kitchen.put(ada, kitchen.food("Dish", 100));
    CheckoutRequest request = OrderKitchen::request(ada);
    request.contact_phone = "call me";
    EXPECT_THAT(faults(error_of(kitchen.place(request))), ElementsAre("/contact_phone format"));
    request.contact_phone = "08055555555";
    const Placed placed = kitchen.place(request).value();
    EXPECT_EQ(kitchen.orders.read(customer, placed.order.id).value().contact_phone,
              "+2348055555555");
}

TEST(CheckoutService, AnAccountWithoutPhoneNamesOne) {
    OrderKitchen kitchen;
    kitchen.identity.phoneless = {ada};
    kitchen.put(ada, kitchen.food("Dish", 100));
    CheckoutRequest request = OrderKitchen::request(ada);
    EXPECT_THAT(faults(error_of(kitchen.place(request))), ElementsAre("/contact_phone required"));
    request.contact_phone = "08055555555";
    EXPECT_EQ(kitchen.place(request).value().order.contact_phone, "+2348055555555");
}

TEST(CheckoutService, AClosedAccountOrdersNothing) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 5);
    kitchen.put(ada, dish);
    kitchen.identity.closed.insert(ada);
    EXPECT_EQ(error_of(kitchen.place(OrderKitchen::request(ada))).kind, Errc::forbidden);
    kitchen.identity.closed.clear();
    kitchen.identity.missing.insert(ada);
    EXPECT_EQ(error_of(kitchen.place(OrderKitchen::request(ada))).kind, Errc::forbidden);
    EXPECT_EQ(kitchen.stock_of(dish), 5);
}

TEST(CheckoutService, MayBeScheduledTwoWeeksAhead) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100);
    const Timestamp now = kitchen.clock.now();
    CheckoutRequest request = OrderKitchen::request(ada);
    kitchen.put(ada, dish);
    for (const auto wrong : {now, now - std::chrono::hours(1),
                             now + std::chrono::hours(24 * 14) + std::chrono::milliseconds(1)}) {
        request.scheduled_for = wrong;
        EXPECT_THAT(faults(error_of(kitchen.place(request))),
                    ElementsAre("/scheduled_for out_of_range"));
    }
    for (const auto right :
         {now + std::chrono::milliseconds(1), now + std::chrono::hours(24 * 14)}) {
        request.scheduled_for = right;
        EXPECT_EQ(kitchen.orders.read(customer, kitchen.place(request).value().order.id)
                      .value()
                      .scheduled_for,
                  right);
        kitchen.put(ada, dish);
    }
}

TEST(CheckoutService, NamesAndPricesAreFrozen) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Egusi", 300), side = kitchen.food("Fufu", 50);
    kitchen.put(ada, dish, 1, {{}, {side}});
    const Placed placed = kitchen.place(OrderKitchen::request(ada)).value();
    kitchen.edit(dish, [](auto& draft) {
        draft.name = "Egusi, large";
        draft.price = 999;
    });
    kitchen.edit(side, [](auto& draft) { draft.price = 77; });
    kitchen.remove(dish);
    EXPECT_EQ(order_json(kitchen.orders.read(customer, placed.order.id).value(), Actor::customer),
              order_json(placed.order, Actor::customer));
    EXPECT_THAT(order_json(placed.order, Actor::customer), HasSubstr("\"total\":350"));
}

TEST(CheckoutService, TheSameKeyGivesTheSameResponse) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 10);
    kitchen.put(ada, dish);
    const Placed first = kitchen.place(OrderKitchen::request(ada), "key").value();
    kitchen.put(ada, dish, 2);
    kitchen.orders.move({9, "kitchen"}, first.order.id, OrderState::confirmed, "", any_version)
        .value();
    const Placed again = kitchen.place(OrderKitchen::request(ada), "key").value();
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.order.id, first.order.id);
    EXPECT_EQ(order_json(again.order, Actor::customer), order_json(first.order, Actor::customer));
    EXPECT_EQ(kitchen.order_count(), 1);
    EXPECT_EQ(kitchen.stock_of(dish), 9);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 1u);
    EXPECT_EQ(error_of(kitchen.place(OrderKitchen::request(ada), "key", "{\"tip\":1}")).code,
              "idempotency_key_reused");
    EXPECT_FALSE(kitchen.place(OrderKitchen::request(ada), "other").value().replayed);
}

TEST(CheckoutService, AReplayDoesNotAskWhetherTheTimeHasPassed) {
    OrderKitchen kitchen;
    kitchen.put(ada, kitchen.food("Dish", 100));
    CheckoutRequest request = OrderKitchen::request(ada);
    request.scheduled_for = kitchen.clock.now() + std::chrono::minutes(30);
    ASSERT_TRUE(kitchen.place(request, "key"));
    kitchen.clock.advance(std::chrono::hours(1));
    EXPECT_TRUE(kitchen.place(request, "key").value().replayed);
}

TEST(CheckoutService, KeysAreForgottenAfterADay) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100);
    kitchen.put(ada, dish);
    ASSERT_TRUE(kitchen.place(OrderKitchen::request(ada), "key"));
    EXPECT_EQ(kitchen.checkout.sweep().value(), 0);
    kitchen.clock.advance(std::chrono::hours(24));
    EXPECT_EQ(kitchen.checkout.sweep().value(), 1);
    kitchen.put(ada, dish);
    EXPECT_FALSE(kitchen.place(OrderKitchen::request(ada), "key").value().replayed);
}

namespace {

/// Everything is sold between the moment the cart is read and the moment stock is taken.
class SellingOutCatalog final : public Catalog {
public:
    explicit SellingOutCatalog(Catalog& catalog) : catalog_(catalog) {}
    Result<std::vector<Food>> foods(Transaction& tx, std::span<const std::int64_t> ids) override {
        return catalog_.foods(tx, ids);
    }
    Status take(Transaction& tx, std::span<const Portion> portions, std::string_view,
                std::optional<std::int64_t>) override {
        std::vector<Portion> all(portions.begin(), portions.end());
        for (Portion& portion : all) portion.quantity += 1'000'000;
        return catalog_.take(tx, all, "another order", std::nullopt);
    }
    Status give_back(Transaction& tx, std::span<const Portion> portions, std::string_view reference,
                     std::optional<std::int64_t> by_user) override {
        return catalog_.give_back(tx, portions, reference, by_user);
    }
    void write(JsonWriter& out, const Food& food) const override { catalog_.write(out, food); }
    std::string currency() const override { return catalog_.currency(); }
    std::string time_zone() const override { return catalog_.time_zone(); }

private:
    Catalog& catalog_;
};

}  // namespace

TEST(CheckoutService, ARefusalOfTheCatalogueNamesTheItems) {
    OrderKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 5), side = kitchen.food("Side", 100, 5),
               free = kitchen.food("Free", 100);
    kitchen.put(ada, free);
    kitchen.put(ada, dish, 1, {{side}, {}});
    SellingOutCatalog catalog(kitchen.catalog);
    CheckoutService checkout(*kitchen.store, kitchen.carts, catalog, kitchen.identity,
                             kitchen.claims, kitchen.clock, kitchen.repository, kitchen.idempotency,
                             kitchen.steps, kitchen.notices, {});
    const auto refused = checkout.place(OrderKitchen::request(ada), std::nullopt);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "items_unavailable");
    EXPECT_THAT(faults(refused.error()),
                ElementsAre("/items/1/food short", "/items/1/side_proteins/0 short"));
    EXPECT_EQ(kitchen.order_count(), 0);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 2u);
}

class CheckoutRaces : public testing::TestWithParam<tests::Storage> {};

TEST_P(CheckoutRaces, TwoHundredBuyersRaceForTenPortions) {
    OrderKitchen kitchen(GetParam());
    const auto dish = kitchen.food("Nkwobi", 500'000, 10);
    for (std::int64_t user = 1; user <= 200; ++user) kitchen.put(user, dish);
    std::atomic<int> placed{0}, conflicts{0}, other{0};
    tests::in_parallel(200, 50, [&](int i) {
        const auto result = kitchen.place(OrderKitchen::request(i + 1));
        ++(result ? placed : result.error().kind == Errc::conflict ? conflicts : other);
    });
    EXPECT_EQ(placed, 10);
    EXPECT_EQ(conflicts, 190);
    EXPECT_EQ(other, 0);
    EXPECT_EQ(kitchen.stock_of(dish), 0);
    EXPECT_EQ(kitchen.order_count(), 10);
    EXPECT_EQ(kitchen.journal_lines(dish), 11);
}

TEST_P(CheckoutRaces, OneKeyAtOnceIsOneOrder) {
    OrderKitchen kitchen(GetParam());
    const auto dish = kitchen.food("Suya", 250'000, 50);
    kitchen.put(ada, dish);
    std::mutex mutex;
    std::set<std::string> responses;
    std::atomic<int> placed{0}, replayed{0}, conflicts{0};
    tests::in_parallel(20, 20, [&](int) {
        const auto result = kitchen.place(OrderKitchen::request(ada), "key");
        if (!result) {
            conflicts += result.error().kind == Errc::conflict;
            return;
        }
        ++(result->replayed ? replayed : placed);
        std::lock_guard lock(mutex);
        responses.insert(order_json(result->order, Actor::customer));
    });
    EXPECT_EQ(placed, 1);
    EXPECT_EQ(replayed + conflicts, 19);
    EXPECT_EQ(responses.size(), 1u);
    EXPECT_EQ(kitchen.order_count(), 1);
    EXPECT_EQ(kitchen.stock_of(dish), 49);
}

TEST_P(CheckoutRaces, OneCartAtOnceIsOneOrder) {
    OrderKitchen kitchen(GetParam());
    const auto dish = kitchen.food("Suya", 250'000, 50);
    kitchen.put(ada, dish, 2);
    std::atomic<int> placed{0};
    tests::in_parallel(
        20, 20, [&](int) { placed += kitchen.place(OrderKitchen::request(ada)).has_value(); });
    EXPECT_EQ(placed, 1);
    EXPECT_EQ(kitchen.stock_of(dish), 48);
}

INSTANTIATE_TEST_SUITE_P(Stores, CheckoutRaces,
                         testing::Values(tests::Storage::memory, tests::Storage::file),
                         [](const auto& info) {
                             return info.param == tests::Storage::file ? std::string("File")
                                                                       : std::string("Memory");
                         });

}  // namespace kitchen::orders
