#include "fees.h"

#include <random>

#include <gtest/gtest.h>

#include "no_transaction.h"

namespace kitchen::fees {
namespace {

CheckoutDraft draft_of(std::int64_t subtotal, Fulfillment fulfillment) {
    CheckoutDraft draft;
    draft.cart.subtotal = subtotal;
    draft.fulfillment = fulfillment;
    return draft;
}

void consider(const FeeSettings& settings, CheckoutDraft& draft) {
    tests::NoTransaction tx;
    Fees fees(settings);
    ASSERT_TRUE(fees.consider(tx, draft));
}

}  // namespace

TEST(Fees, SharesAreRoundedHalfUp) {
    EXPECT_EQ(share_of(10'000, 750), 750);
    EXPECT_EQ(share_of(66, 750), 5);  // 4.95
    EXPECT_EQ(share_of(100, 50), 1);  // 0.5
    EXPECT_EQ(share_of(99, 50), 0);   // 0.495
    EXPECT_EQ(share_of(300, 50), 2);  // 1.5
    EXPECT_EQ(share_of(0, 10'000), 0);
    EXPECT_EQ(share_of(123, 0), 0);
    EXPECT_EQ(share_of(INT64_MAX, 10'000), INT64_MAX);
}

TEST(Fees, SharesAreExactForAnyAmount) {
    __extension__ using Wide = __int128;
    std::mt19937_64 random(7);
    for (int i = 0; i < 10'000; ++i) {
        const auto amount = static_cast<std::int64_t>(random() >> (1 + random() % 62));
        const auto points = static_cast<std::int64_t>(random() % 10'001);
        const Wide exact = (static_cast<Wide>(amount) * points + 5'000) / 10'000;
        ASSERT_EQ(share_of(amount, points), static_cast<std::int64_t>(exact))
            << amount << " × " << points;
    }
}

TEST(Fees, EachPartHasItsBase) {
    CheckoutDraft draft = draft_of(1'000'000, Fulfillment::delivery);
    draft.add(PricePart::discount, "SUNDAY", 200'000);
    consider({100'000, 500, 750}, draft);
    EXPECT_EQ(draft.sum(PricePart::delivery_fee), 100'000);
    EXPECT_EQ(draft.sum(PricePart::service_fee), 40'000);  // 5 % of 800,000
    EXPECT_EQ(draft.sum(PricePart::tax), 70'500);          // 7.5 % of 940,000
    EXPECT_EQ(draft.sum(PricePart::discount), 200'000);
}

TEST(Fees, PickingUpIsFree) {
    CheckoutDraft draft = draft_of(1'000, Fulfillment::pickup);
    consider({100'000, 0, 0}, draft);
    EXPECT_TRUE(draft.amounts().empty());
}

}  // namespace kitchen::fees
