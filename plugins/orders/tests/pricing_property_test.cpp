// For any cart and any steps, in any order: what a customer pays is the sum of its parts.
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "checkout_steps.h"
#include "kitchen/testkit/fakes.h"
#include "no_transaction.h"
#include "order_kitchen.h"
#include "pricing.h"

namespace kitchen::orders {
namespace {

constexpr std::int64_t max_price = 1'000'000'000'000;

/// Adds an amount, or a share of what the foods still cost, or more than there is, or nothing.
struct AnyStep final : CheckoutStep {
    PricePart part = PricePart::tax;
    std::int64_t amount = 0;
    std::int64_t basis_points = 0;
    bool is_greedy = false;

    Status consider(Transaction&, CheckoutDraft& draft) override {
        std::int64_t added = amount + share_of(draft.foods(), basis_points);
        if (part == PricePart::discount && !is_greedy) added = std::min(added, draft.foods());
        draft.add(part, "any", added);
        return {};
    }
};

std::vector<AnyStep> any_steps() {
    std::vector<AnyStep> steps(*rc::gen::inRange<std::size_t>(0, 12));
    for (AnyStep& step : steps) {
        step.part = *rc::gen::element(PricePart::discount, PricePart::delivery_fee,
                                      PricePart::service_fee, PricePart::tax);
        step.amount = *rc::gen::inRange<std::int64_t>(0, max_price);
        step.basis_points = *rc::gen::inRange<std::int64_t>(0, 10'001);
        step.is_greedy = *rc::gen::inRange(0, 20) == 0;
    }
    return steps;
}

CheckoutDraft any_draft() {
    CheckoutDraft draft;
    draft.tip = *rc::gen::inRange<std::int64_t>(0, max_price);
    draft.cart.lines.resize(*rc::gen::inRange<std::size_t>(1, 20));
    for (CartLine& line : draft.cart.lines) {
        line.unit_price = *rc::gen::inRange<std::int64_t>(0, max_price);
        line.quantity = *rc::gen::inRange<std::int64_t>(1, 100);
        line.line_total = line.unit_price * line.quantity;
        draft.cart.subtotal += line.line_total;
    }
    return draft;
}

}  // namespace

RC_GTEST_PROP(PricingProperty, ThePartsAddUpToTheTotal, ()) {
    std::vector<AnyStep> list = any_steps();
    std::vector<All<CheckoutStep>::Member> members;
    for (AnyStep& step : list) members.push_back({"any", &step});
    const auto guard = [](std::string_view, std::string_view,
                          const std::function<Status()>& call) -> Status {
        try {
            return call();
        } catch (const std::logic_error& refused) {
            return Error(Errc::internal, "plugin_failed", refused.what());
        }
    };
    testkit::RecordingLogger log;
    const CheckoutSteps steps(All<CheckoutStep>(std::move(members), guard), log,
                              std::chrono::seconds(60));
    CheckoutDraft draft = any_draft();
    tests::NoTransaction tx;
    const Status considered = steps.consider(tx, draft);

    // A step that would make the total negative stops the checkout; what stands is sound anyway.
    if (!considered) RC_ASSERT(considered.error().code == "checkout_step_failed");
    const Price price = price_of(draft);
    RC_ASSERT(price.total == price.subtotal + price.delivery_fee + price.service_fee + price.tax +
                                 price.tip - price.discount);
    RC_ASSERT(price.total >= 0);
    RC_ASSERT(price.discount <= price.subtotal);
    std::int64_t amounts = 0;
    for (const PriceAmount& amount : draft.amounts())
        amounts += amount.part == PricePart::discount ? -amount.amount : amount.amount;
    RC_ASSERT(price.total == price.subtotal + price.tip + amounts);

    std::int64_t subtotal = 0, discount = 0;
    for (const OrderItem& item : order_items(draft)) {
        RC_ASSERT(item.discount >= 0);
        RC_ASSERT(item.discount <= item.line_total);
        subtotal += item.line_total;
        discount += item.discount;
    }
    RC_ASSERT(subtotal == price.subtotal);
    RC_ASSERT(discount == price.discount);
}

}  // namespace kitchen::orders
