#include "checkout_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "order_kitchen.h"

namespace kitchen::orders {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::error_of;
using tests::OrderKitchen;

constexpr std::int64_t buyer = 1;

struct Step final : CheckoutStep {
    std::function<Status(Transaction&, CheckoutDraft&)> body;

    Status consider(Transaction& tx, CheckoutDraft& draft) override {
        return body ? body(tx, draft) : Status();
    }
};

std::vector<std::string> texts(const std::vector<Fault>& faults) {
    std::vector<std::string> found;
    for (const Fault& fault : faults) found.push_back(fault.pointer + " " + fault.code);
    return found;
}

class CheckoutStepsTest : public testing::Test {
protected:
    CheckoutStepsTest() { kitchen.put(buyer, dish, 3); }

    CheckoutRequest request(const std::string& promo_code = "") const {
        CheckoutRequest wanted = OrderKitchen::request(buyer);
        wanted.promo_code = promo_code;
        return wanted;
    }
    Quote quote(const std::string& promo_code = "") {
        QuoteRequest wanted;
        wanted.user_id = buyer;
        wanted.promo_code = promo_code;
        return kitchen.checkout.quote(wanted).value();
    }
    std::int64_t taken(const std::string& name) {
        const std::vector<std::string> names{name};
        return kitchen.store
            ->read<std::vector<std::int64_t>>(
                [&](Transaction& tx) { return kitchen.claims.taken(tx, names); })
            .value()[0];
    }

    Step first, second;
    OrderKitchen kitchen{tests::Storage::memory, {}, nullptr, {&first, &second}};
    const std::int64_t dish = kitchen.food("Dish", 100, 50);
};

}  // namespace

TEST_F(CheckoutStepsTest, EachSeesWhatThoseBeforeItSaid) {
    first.body = [](Transaction&, CheckoutDraft& draft) -> Status {
        draft.add(PricePart::discount, "Sunday", 100);
        return {};
    };
    std::int64_t seen = 0;
    second.body = [&](Transaction&, CheckoutDraft& draft) -> Status {
        seen = draft.foods();
        draft.add(PricePart::tax, "VAT", 20);
        return {};
    };
    const Price price = quote().price;
    EXPECT_EQ(seen, 200);
    EXPECT_EQ(price.discount, 100);
    EXPECT_EQ(price.total, 220);

    const Order order = kitchen.place(request()).value().order;
    EXPECT_EQ(order.price.total, 220);
    EXPECT_EQ(order.items[0].discount, 100);
    const Order kept = kitchen.orders.read({buyer, "customer"}, order.id).value();
    EXPECT_EQ(order_json(kept, Actor::customer), order_json(order, Actor::customer));
}

TEST_F(CheckoutStepsTest, WhatTheyObjectToStopsTheOrderAndIsListedInTheQuote) {
    first.body = [](Transaction&, CheckoutDraft& draft) -> Status {
        draft.refuse("/items/0/food", "closed", "No dishes before noon.");
        return {};
    };
    second.body = [](Transaction&, CheckoutDraft& draft) -> Status {
        draft.refuse("/scheduled_for", "full", "That hour is full.");
        return {};
    };
    EXPECT_THAT(texts(quote().problems),
                ElementsAre("/items/0/food closed", "/scheduled_for full"));
    const Error refused = error_of(kitchen.place(request()));
    EXPECT_EQ(refused.kind, Errc::conflict);
    EXPECT_EQ(refused.code, "checkout_refused");
    EXPECT_THAT(texts(refused.faults), ElementsAre("/items/0/food closed", "/scheduled_for full"));
    EXPECT_EQ(kitchen.order_count(), 0);
    EXPECT_EQ(kitchen.cart_of(buyer).lines.size(), 1u);

    // Together with what the cart itself cannot have.
    kitchen.edit(dish, [](auto& draft) { draft.is_available = false; });
    const Error unavailable = error_of(kitchen.place(request()));
    EXPECT_EQ(unavailable.code, "items_unavailable");
    EXPECT_THAT(
        texts(unavailable.faults),
        ElementsAre("/items/0/food unavailable", "/items/0/food closed", "/scheduled_for full"));
}

TEST_F(CheckoutStepsTest, ExplainAsksTheSameSteps) {
    second.body = [](Transaction&, CheckoutDraft& draft) -> Status {
        EXPECT_EQ(draft.user_id, 0);
        EXPECT_EQ(draft.cart.lines.size(), 1u);
        if (draft.fulfillment == Fulfillment::delivery)
            draft.refuse("/scheduled_for", "closed", "Nothing is brought at night.");
        return {};
    };
    const Timestamp at = kitchen.clock.now() + std::chrono::hours(3);
    const Explanation pickup = kitchen.checkout.explain(dish, at, Fulfillment::pickup).value();
    EXPECT_TRUE(pickup.problems.empty());
    EXPECT_EQ(pickup.at, at);
    EXPECT_THAT(texts(kitchen.checkout.explain(dish, at, Fulfillment::delivery).value().problems),
                ElementsAre("/at closed"));
    kitchen.edit(dish, [](auto& draft) { draft.is_available = false; });
    EXPECT_THAT(texts(kitchen.checkout.explain(dish, {}, Fulfillment::pickup).value().problems),
                ElementsAre("/food_id unavailable"));
    EXPECT_EQ(error_of(kitchen.checkout.explain(99, {}, Fulfillment::pickup)).code,
              "food_not_found");
}

TEST_F(CheckoutStepsTest, APromoCodeThatNoStepKnowsIsRefused) {
    EXPECT_THAT(texts(quote("NOPE").problems), ElementsAre("/promo_code unknown"));
    EXPECT_THAT(texts(error_of(kitchen.place(request("NOPE"))).faults),
                ElementsAre("/promo_code unknown"));
    second.body = [](Transaction&, CheckoutDraft& draft) -> Status {
        if (draft.promo_code == "YES") draft.recognise_promo_code();
        return {};
    };
    EXPECT_THAT(texts(quote("NOPE").problems), ElementsAre("/promo_code unknown"));
    EXPECT_TRUE(quote("YES").problems.empty());
}

TEST_F(CheckoutStepsTest, ClaimsAreTakenWithTheOrderAndGivenBackWithIt) {
    first.body = [](Transaction&, CheckoutDraft& draft) -> Status {
        draft.claim({"first/noon", 1, 1});
        return {};
    };
    quote();
    EXPECT_EQ(taken("first/noon"), 0);
    const std::int64_t id = kitchen.place(request()).value().order.id;
    EXPECT_EQ(taken("first/noon"), 1);
    kitchen.put(buyer, dish, 1);
    EXPECT_EQ(error_of(kitchen.place(request())).code, "limit_reached");
    EXPECT_EQ(kitchen.cart_of(buyer).lines.size(), 1u);

    // The step may be gone by then.
    first.body = nullptr;
    kitchen.orders.move({buyer, "customer"}, id, OrderState::cancelled, "", any_version).value();
    EXPECT_EQ(taken("first/noon"), 0);
}

TEST_F(CheckoutStepsTest, TheFirstOrderIsOneWithoutAnotherThatStands) {
    std::vector<bool> answers;
    first.body = [&](Transaction& tx, CheckoutDraft& draft) -> Status {
        answers.push_back(draft.is_first_order(tx).value());
        return {};
    };
    const std::int64_t id = kitchen.place(request()).value().order.id;
    quote();
    kitchen.orders.move({buyer, "customer"}, id, OrderState::cancelled, "", any_version).value();
    quote();
    EXPECT_EQ(answers, (std::vector<bool>{true, false, true}));
}

TEST_F(CheckoutStepsTest, AnErrorOfAStepIsTheErrorOfTheCheckout) {
    first.body = [](Transaction&, CheckoutDraft&) -> Status {
        return Error(Errc::unavailable, "zones_unreachable", "Try again soon.");
    };
    EXPECT_EQ(error_of(kitchen.place(request())).code, "zones_unreachable");
    EXPECT_EQ(kitchen.cart_of(buyer).lines.size(), 1u);
}

TEST_F(CheckoutStepsTest, AStepThatRunsPastItsBudgetIsNamed) {
    const CheckoutSteps hasty(All<CheckoutStep>({{"slow-zones", &first}}), kitchen.log,
                              std::chrono::milliseconds(-1));
    CheckoutDraft draft;
    const Status refused =
        kitchen.store->read([&](Transaction& tx) { return hasty.consider(tx, draft); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "checkout_step_failed");
    EXPECT_THAT(refused.error().detail, HasSubstr("slow-zones"));
}

}  // namespace kitchen::orders
