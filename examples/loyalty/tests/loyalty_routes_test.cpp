// The plugin among the others, over a real socket.
#include <gtest/gtest.h>

#include "with_loyalty.h"

namespace loyalty {
namespace {

using kitchen::Json;
using kitchen::testkit::HttpClient;

class LoyaltyRoutesTest : public testing::Test {
protected:
    /// Two portions of one food at 150 naira.
    Json place_order(const std::string& key) {
        expect_status(client.post("/cart/", Json::object({{"food_id", food}, {"quantity", 2}})),
                      201, "cart");
        return repeat_order(key).json;
    }
    kitchen::testkit::HttpResponse repeat_order(const std::string& key) {
        return expect_status(client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}),
                                         {{"Idempotency-Key", key}}),
                             201, "order");
    }
    std::int64_t points() { return client.get("/loyalty/").json["points"].as_integer(); }
    /// Points come with an event, a moment after the order.
    void expect_points(std::int64_t expected) {
        EXPECT_TRUE(kitchen::testkit::wait_until([&] { return points() == expected; })) << points();
    }

    kitchen::testkit::Restaurant restaurant{with_loyalty()};
    HttpClient client = restaurant.customer();
    const std::int64_t food = restaurant.food("Akara", 15'000);
};

TEST_F(LoyaltyRoutesTest, StrangersAreAskedWhoTheyAre) {
    HttpClient stranger = restaurant.client();
    EXPECT_EQ(stranger.get("/loyalty/").status, 401);
    EXPECT_EQ(
        stranger.post("/loyalty/redeem/", Json::object({{"points", 1}, {"reference", "x"}})).status,
        401);
}

TEST_F(LoyaltyRoutesTest, AnOrderEarnsPointsOnce) {
    EXPECT_EQ(points(), 0);
    place_order("key-1");
    expect_points(3);
    EXPECT_EQ(repeat_order("key-1").header("idempotent-replayed"), "true");
    place_order("key-2");
    expect_points(6);
}

TEST_F(LoyaltyRoutesTest, CancellingTakesThemBack) {
    const Json order = place_order("key-1");
    expect_points(3);
    const auto cancelled =
        client.post("/orders/" + std::to_string(order["id"].as_integer()) + "/cancel/",
                    Json::object({{"reason", "Changed my mind"}}));
    EXPECT_EQ(cancelled.status, 200) << cancelled.body;
    expect_points(0);
}

TEST_F(LoyaltyRoutesTest, RedeemingTakesPoints) {
    place_order("key-1");
    const std::int64_t before = 3;
    expect_points(before);
    const auto redeemed =
        client.post("/loyalty/redeem/", Json::object({{"points", 2}, {"reference", "free drink"}}));
    EXPECT_EQ(redeemed.status, 200) << redeemed.body;
    EXPECT_EQ(redeemed.json["points"], Json(before - 2));
    EXPECT_EQ(
        client.post("/loyalty/redeem/", Json::object({{"points", 1}, {"reference", "free drink"}}))
            .problem_code(),
        "already_redeemed");
    EXPECT_EQ(
        client.post("/loyalty/redeem/", Json::object({{"points", 1000}, {"reference", "feast"}}))
            .problem_code(),
        "not_enough_points");
    EXPECT_EQ(
        client.post("/loyalty/redeem/", Json::object({{"points", 0}, {"reference", ""}})).status,
        422);
    const auto account = client.get("/loyalty/");
    EXPECT_EQ(account.json["points"], Json(before - 2));
    EXPECT_EQ(account.json["history"].size(), 2u);
}

TEST_F(LoyaltyRoutesTest, TheRoutesAreDescribed) {
    const auto document = client.get("/openapi.json");
    EXPECT_EQ(document.status, 200);
    EXPECT_NE(document.body.find("/loyalty/redeem"), std::string::npos);
    EXPECT_NE(document.body.find("LoyaltyAccount"), std::string::npos);
}

}  // namespace
}  // namespace loyalty
