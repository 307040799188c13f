#include "pricing.h"

#include <random>

#include <gtest/gtest.h>

namespace kitchen::orders {

TEST(Pricing, SharesAreRoundedHalfUp) {
    EXPECT_EQ(share_of(10'000, 750), 750);
    EXPECT_EQ(share_of(66, 750), 5);  // 4.95
    EXPECT_EQ(share_of(100, 50), 1);  // 0.5
    EXPECT_EQ(share_of(99, 50), 0);   // 0.495
    EXPECT_EQ(share_of(300, 50), 2);  // 1.5
    EXPECT_EQ(share_of(0, 10'000), 0);
    EXPECT_EQ(share_of(123, 0), 0);
    EXPECT_EQ(share_of(INT64_MAX, 10'000), INT64_MAX);
}

TEST(Pricing, SharesAreExactForAnyAmount) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 10'000; ++i) {
        const auto amount = static_cast<std::int64_t>(random() >> (1 + random() % 62));
        const auto points = static_cast<std::int64_t>(random() % 10'001);
        const __int128 exact = (static_cast<__int128>(amount) * points + 5'000) / 10'000;
        ASSERT_EQ(share_of(amount, points), static_cast<std::int64_t>(exact))
            << amount << " × " << points;
    }
}

TEST(Pricing, WithoutFeesOnlyTheTipIsAdded) {
    const Price p = price({}, Fulfillment::delivery, 1'070'000, 5'000);
    EXPECT_EQ(p.subtotal, 1'070'000);
    EXPECT_EQ(p.delivery_fee + p.service_fee + p.tax + p.discount, 0);
    EXPECT_EQ(p.total, 1'075'000);
}

TEST(Pricing, EachPartHasItsBase) {
    const Fees fees{100'000, 500, 750};
    const Price p = price(fees, Fulfillment::delivery, 1'000'000, 20'000, 200'000);
    EXPECT_EQ(p.delivery_fee, 100'000);
    EXPECT_EQ(p.service_fee, 40'000);  // 5 % of 800,000
    EXPECT_EQ(p.tax, 70'500);          // 7.5 % of 940,000
    EXPECT_EQ(p.discount, 200'000);
    EXPECT_EQ(p.total, 800'000 + 100'000 + 40'000 + 70'500 + 20'000);
    EXPECT_EQ(price(fees, Fulfillment::pickup, 1'000'000, 0).delivery_fee, 0);
}

TEST(Pricing, ADiscountNeverExceedsTheFoods) {
    const Price p = price({100, 1'000, 1'000}, Fulfillment::delivery, 500, 0, 9'999);
    EXPECT_EQ(p.discount, 500);
    EXPECT_EQ(p.service_fee, 0);
    EXPECT_EQ(p.tax, 10);
    EXPECT_EQ(p.total, 110);
}

TEST(Pricing, ThePartsAlwaysAddUp) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 10'000; ++i) {
        const auto number = [&](std::int64_t below) {
            return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
        };
        const Fees fees{number(1'000'000), number(10'001), number(10'001)};
        const Price p =
            price(fees, i % 2 ? Fulfillment::delivery : Fulfillment::pickup,
                  number(1'000'000'000'000'000'000), number(1'000'000'000), number(1'000'000'000));
        ASSERT_EQ(p.total,
                  p.subtotal + p.delivery_fee + p.service_fee + p.tax + p.tip - p.discount);
        ASSERT_GE(p.total, 0);
    }
}

}  // namespace kitchen::orders
