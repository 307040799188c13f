// A food runs low over a real socket, and the kitchen reads of it.
#include <gmock/gmock.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::low_stock {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(LowStockApi, OneMailEachTimeAFoodRunsLow) {
    testkit::Restaurant restaurant(
        {.outbox = "poll_interval: 10ms",
         .catalog = "low_stock: 3",
         .plugins = {"{id: low-stock, config: {to: cook@kitchen.example}}"}});
    testkit::HttpClient chef = restaurant.admin();
    const std::int64_t dish = restaurant.food("Jollof & rice", 100, 6);
    const auto order = [&](int portions) {
        testkit::expect_status(
            chef.post("/cart/", Json::object({{"food_id", dish}, {"quantity", portions}})), 201,
            "cart");
        testkit::expect_status(
            chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})), 201, "order");
    };
    const auto mails = [&] { return restaurant.mails_to("cook@kitchen.example"); };

    order(2);  // 4
    order(2);  // 2: the first mail
    order(1);  // 1
    testkit::expect_status(chef.post("/foods/" + std::to_string(dish) + "/stock/",
                                     Json::object({{"delta", 4}, {"reason", "Cooked"}})),
                           200, "restocked");
    order(5);  // 0: the second
    ASSERT_TRUE(testkit::wait_until([&] { return mails().size() >= 2; }));
    ASSERT_TRUE(testkit::wait_until([&] {
        return chef.get("/admin/deliveries/?state=sent").json["total_count"] == Json(2);
    })) << chef.get("/admin/deliveries/").body;
    EXPECT_THAT(mails(), UnorderedElementsAre(HasSubstr("Jollof & rice is running low: 2 left."),
                                              HasSubstr("Jollof & rice is running low: 0 left.")));
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

}  // namespace
}  // namespace kitchen::low_stock
