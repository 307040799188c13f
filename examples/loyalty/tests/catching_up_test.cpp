// Switched on late, off and on again: the points are as if the plugin had always been there.
#include <map>

#include <gtest/gtest.h>

#include "with_loyalty.h"

namespace loyalty {
namespace {

using kitchen::Json;
using kitchen::testkit::HttpClient;
using kitchen::testkit::Restaurant;
using kitchen::testkit::RestaurantConfig;

class CatchingUpTest : public testing::Test {
protected:
    RestaurantConfig config(bool is_on) const {
        RestaurantConfig config = with_loyalty();
        if (!is_on) config.plugins.clear();
        config.store = "{id: store-sqlite, config: {path: '${DATA}/kitchen.db'}}";
        config.data = directory.path();
        return config;
    }
    /// So many orders of the administrator, every fourth of which is cancelled.
    void place_orders(Restaurant& restaurant, int count) {
        HttpClient chef = restaurant.admin();
        const std::int64_t food = restaurant.food("Akara " + std::to_string(++foods), 30'000);
        for (int i = 0; i < count; ++i) {
            expect_status(
                chef.post("/cart/", Json::object({{"food_id", food}, {"quantity", 1 + i % 5}})),
                201, "cart");
            const auto placed =
                expect_status(chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})),
                              201, "order");
            if (i % 4 == 0)
                expect_status(chef.post(placed.header("location") + "cancel/",
                                        Json::object({{"reason", "Out of rice"}})),
                              200, "cancel");
        }
    }
    /// What the orders themselves say.
    static std::int64_t owed(Restaurant& restaurant) {
        std::int64_t points = 0;
        for (int offset = 0;; offset += 100) {
            const auto page =
                restaurant.admin().get("/orders/?limit=100&offset=" + std::to_string(offset));
            const auto& orders = page.json["result"].as_array();
            for (const Json& order : orders)
                if (order["status"] != Json("cancelled"))
                    points += order["total"].as_integer() / 10'000;
            if (orders.size() < 100) return points;
        }
    }
    static bool has_its_points(Restaurant& restaurant) {
        const std::int64_t expected = owed(restaurant);
        return kitchen::testkit::wait_until(
            [&] { return restaurant.admin().get("/loyalty/").json["points"] == Json(expected); });
    }

    const kitchen::testkit::TemporaryDirectory directory;
    int foods = 0;
};

TEST_F(CatchingUpTest, OnLateOffAndOnAgain) {
    {
        Restaurant without(config(false));
        place_orders(without, 130);
        EXPECT_EQ(without.admin().get("/loyalty/").status, 404);
    }
    {
        Restaurant with(config(true));
        EXPECT_TRUE(has_its_points(with));
        place_orders(with, 9);
        EXPECT_TRUE(has_its_points(with));
    }
    {
        Restaurant without(config(false));
        place_orders(without, 9);
    }
    Restaurant with(config(true));
    EXPECT_TRUE(has_its_points(with));
}

}  // namespace
}  // namespace loyalty
