#include "pricing.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace kitchen::orders {

TEST(Pricing, ADraftWithoutStepsCostsTheFoodsAndTheTip) {
    CheckoutDraft draft;
    draft.cart.subtotal = 1'070'000;
    draft.tip = 5'000;
    const Price p = price_of(draft);
    EXPECT_EQ(p.subtotal, 1'070'000);
    EXPECT_EQ(p.delivery_fee + p.service_fee + p.tax + p.discount, 0);
    EXPECT_EQ(p.total, 1'075'000);
}

TEST(Pricing, AnAmountOfZeroIsNoAmount) {
    CheckoutDraft draft;
    draft.add(PricePart::tax, "tax", 0);
    EXPECT_TRUE(draft.amounts().empty());
}

TEST(Pricing, ATotalCannotBecomeNegative) {
    CheckoutDraft draft;
    draft.cart.subtotal = 500;
    draft.add(PricePart::discount, "first", 300);
    EXPECT_THROW(draft.add(PricePart::discount, "second", 201), std::logic_error);
    EXPECT_THROW(draft.add(PricePart::tax, "tax", -1), std::logic_error);
    EXPECT_THROW(draft.add(PricePart::tax, "tax", CheckoutDraft::max_amount + 1), std::logic_error);
    draft.add(PricePart::discount, "second", 200);
    EXPECT_EQ(price_of(draft).total, 0);
}

TEST(Pricing, ADraftTakesOnlySoManyAmounts) {
    CheckoutDraft draft;
    for (std::size_t i = 0; i < CheckoutDraft::max_amounts; ++i)
        draft.add(PricePart::tax, "tax", CheckoutDraft::max_amount);
    EXPECT_GT(price_of(draft).total, 0);  // no overflow
    EXPECT_THROW(draft.add(PricePart::tax, "one more", 1), std::logic_error);
}

TEST(Pricing, ADiscountIsSpreadByLargestRemainder) {
    EXPECT_EQ(spread(100, std::vector<std::int64_t>{1, 1, 1}),
              (std::vector<std::int64_t>{34, 33, 33}));
    EXPECT_EQ(spread(10, std::vector<std::int64_t>{100, 250, 650}),
              (std::vector<std::int64_t>{1, 3, 6}));  // 1, 2.5, 6.5: the earlier half first
    EXPECT_EQ(spread(7, std::vector<std::int64_t>{0, 7, 0}), (std::vector<std::int64_t>{0, 7, 0}));
    EXPECT_EQ(spread(0, std::vector<std::int64_t>{5, 5}), (std::vector<std::int64_t>{0, 0}));
    EXPECT_EQ(spread(5, std::vector<std::int64_t>{0, 0}), (std::vector<std::int64_t>{0, 0}));
    EXPECT_TRUE(spread(0, {}).empty());
}

TEST(Pricing, ThePartsOfASpreadAddUpAndStayWithinTheirWeights) {
    std::mt19937_64 random(5);
    for (int i = 0; i < 10'000; ++i) {
        std::vector<std::int64_t> weights(1 + random() % 12);
        for (std::int64_t& weight : weights)
            weight = static_cast<std::int64_t>(random() >> (8 + random() % 55));
        const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
        const auto amount =
            static_cast<std::int64_t>(random() % (static_cast<std::uint64_t>(sum) + 1));
        const auto parts = spread(amount, weights);
        ASSERT_EQ(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}),
                  sum == 0 ? 0 : amount);
        for (std::size_t k = 0; k < parts.size(); ++k) {
            ASSERT_GE(parts[k], 0);
            ASSERT_LE(parts[k], weights[k]);
        }
    }
}

TEST(MoneyText, GroupsThousands) {
    EXPECT_EQ(money_text(0, "NGN"), "NGN 0.00");
    EXPECT_EQ(money_text(5, "NGN"), "NGN 0.05");
    EXPECT_EQ(money_text(99'999, "NGN"), "NGN 999.99");
    EXPECT_EQ(money_text(100'000, "NGN"), "NGN 1,000.00");
    EXPECT_EQ(money_text(123'456'789, "NGN"), "NGN 1,234,567.89");
    EXPECT_EQ(money_text(100'000'000'000, "NGN"), "NGN 1,000,000,000.00");
    EXPECT_EQ(money_text(-123'456, "NGN"), "-NGN 1,234.56");
    EXPECT_EQ(money_text(1500, "JPY"), "JPY 1,500");
    EXPECT_EQ(money_text(0, "XOF"), "XOF 0");
    EXPECT_EQ(money_text(1'234'567, "KWD"), "KWD 1,234.567");
    EXPECT_EQ(money_text(5, "TND"), "TND 0.005");
    EXPECT_EQ(currency_decimals("ZZZ"), std::nullopt);
    EXPECT_EQ(currency_decimals("NG"), std::nullopt);
    EXPECT_EQ(currency_decimals("D AE"), std::nullopt);
}

}  // namespace kitchen::orders
