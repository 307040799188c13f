#include "loyalty_service.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "with_loyalty.h"

namespace loyalty {
namespace {

// The restaurant has run the migration; the service under test is a second one on the same store.
class LoyaltyServiceTest : public testing::Test {
protected:
    void placed(std::int64_t user, std::int64_t order, std::int64_t total) {
        store
            .transact([&](kitchen::Transaction& tx) {
                return service.order_placed(tx, {order, user, total, "NGN", clock.now()});
            })
            .value();
    }
    void moved(std::int64_t user, std::int64_t order, const std::string& to) {
        store
            .transact([&](kitchen::Transaction& tx) {
                return service.order_moved(tx, {order, user, 2, "pending", to, clock.now()});
            })
            .value();
    }
    std::int64_t points_of(std::int64_t user) { return service.account(user).value().points; }

    kitchen::testkit::Restaurant restaurant{with_loyalty()};
    kitchen::Store& store = restaurant.service<kitchen::Store>();
    kitchen::testkit::ManualClock clock;
    LoyaltyService service{store, clock, 10'000};
};

TEST_F(LoyaltyServiceTest, AnAccountBeginsEmpty) {
    EXPECT_EQ(points_of(1), 0);
    EXPECT_TRUE(service.account(1).value().history.empty());
}

TEST_F(LoyaltyServiceTest, AnOrderEarnsOnePointPerWholeHundredNaira) {
    placed(1, 12, 289'999);
    EXPECT_EQ(points_of(1), 28);
    placed(1, 13, 9'999);
    placed(2, 14, 10'000);
    EXPECT_EQ(points_of(1), 28);
    EXPECT_EQ(points_of(2), 1);
}

TEST_F(LoyaltyServiceTest, ACancelledOrderLosesItsPoints) {
    placed(1, 12, 500'000);
    placed(1, 13, 100'000);
    moved(1, 13, "confirmed");
    moved(1, 12, "cancelled");
    moved(1, 99, "cancelled");  // earned nothing
    EXPECT_EQ(points_of(1), 10);
}

TEST_F(LoyaltyServiceTest, TheHistoryTellsTheNewestFirst) {
    placed(1, 12, 500'000);
    service.redeem(1, 20, "free drink").value();
    moved(1, 12, "cancelled");
    const auto history = service.account(1).value().history;
    ASSERT_EQ(history.size(), 3u);
    EXPECT_EQ(history[0].kind, "cancelled");
    EXPECT_EQ(history[0].points, -50);
    EXPECT_EQ(history[1].reference, "free drink");
    EXPECT_EQ(history[2].reference, "order 12");
    EXPECT_EQ(points_of(1), -20);
}

TEST_F(LoyaltyServiceTest, NoCustomerRedeemsMoreThanThereIs) {
    placed(1, 12, 500'000);
    EXPECT_EQ(service.redeem(1, 51, "a").error().code, "not_enough_points");
    EXPECT_EQ(service.redeem(2, 1, "a").error().code, "not_enough_points");
    EXPECT_EQ(service.redeem(1, 50, "a").value(), 0);
    EXPECT_EQ(service.account(1).value().history.size(), 2u);
}

TEST_F(LoyaltyServiceTest, AReferenceIsGoodForOneRedemption) {
    placed(1, 12, 500'000);
    service.redeem(1, 10, "receipt 7").value();
    EXPECT_EQ(service.redeem(1, 10, "receipt 7").error().code, "already_redeemed");
    EXPECT_EQ(points_of(1), 40);
}

TEST_F(LoyaltyServiceTest, ParallelRedemptionsNeverOverdraw) {
    placed(1, 12, 100'000);
    std::vector<std::future<bool>> redeeming;
    for (int i = 0; i < 30; ++i)
        redeeming.push_back(std::async(std::launch::async, [this, i] {
            return service.redeem(1, 1, std::to_string(i)).has_value();
        }));
    int redeemed = 0;
    for (auto& one : redeeming) redeemed += one.get();
    EXPECT_EQ(redeemed, 10);
    EXPECT_EQ(points_of(1), 0);
}

}  // namespace
}  // namespace loyalty
