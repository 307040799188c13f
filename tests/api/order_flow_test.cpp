// A whole order, as its customer and the kitchen see it.
#include "api.h"

namespace kitchen::tests {

TEST_P(Api, AnOrderGoesFromTheMenuToCompleted) {
    const auto rice = server.food("Jollof rice", 280'000, 20);
    const auto chicken = server.food("Peppered chicken", 150'000, 20);
    const auto plantain = server.food("Dodo", 70'000);
    HttpClient customer = server.customer();

    HttpResponse added =
        customer.post("/cart/", Json::object({{"food_id", rice},
                                              {"quantity", 2},
                                              {"side_protein_ids", Json::array({chicken})},
                                              {"extra_side_ids", Json::array({plantain})},
                                              {"special_instructions", "No pepper, please"}}));
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(added.json["line_total"].as_integer(), 2 * (280'000 + 150'000 + 70'000));
    added = customer.post("/cart/", Json::object({{"food_id", plantain}}));
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(customer.get("/cart/").json["subtotal"].as_integer(), 1'000'000 + 70'000);

    const testkit::HeaderList key = {{"Idempotency-Key", "dinner-1"}};
    const HttpResponse home = customer.post(
        "/me/addresses/",
        Json::object({{"line1", "12 Allen Avenue"}, {"city", "Ikeja"}, {"state", "Lagos"}}));
    ASSERT_EQ(home.status, 201) << home.body;
    const Json checkout = Json::object({{"fulfillment_type", "delivery"},
                                        {"address_id", home.json["id"]},
                                        {"expected_total", 1'070'000}});
    const HttpResponse placed = customer.post("/orders/", checkout, key);
    ASSERT_EQ(placed.status, 201) << placed.body;
    const std::string order = placed.header("location");
    EXPECT_EQ(order, "/orders/" + std::to_string(placed.json["id"].as_integer()) + "/");
    EXPECT_EQ(placed.json["total"].as_integer(), 1'070'000);
    EXPECT_EQ(placed.json["contact_phone"].as_string(), "+2348031000001");
    EXPECT_EQ(server.stock_of(rice), 18);
    EXPECT_EQ(server.stock_of(chicken), 18);
    EXPECT_EQ(customer.get("/cart/").json["items"].size(), 0u);

    const HttpResponse again = customer.post("/orders/", checkout, key);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.body, placed.body);
    EXPECT_EQ(customer.get("/orders/").json["total_count"].as_integer(), 1);

    HttpClient kitchen = server.kitchen_staff();
    for (const char* status :
         {"confirmed", "preparing", "ready", "out_for_delivery", "completed"}) {
        const HttpResponse moved =
            kitchen.post(order + "status/", Json::object({{"status", status}}));
        ASSERT_EQ(moved.status, 200) << moved.body;
        EXPECT_EQ(moved.json["status"].as_string(), status);
    }
    const HttpResponse done = customer.get(order);
    EXPECT_EQ(done.json["status"].as_string(), "completed");
    EXPECT_EQ(done.json["history"].size(), 6u);
    EXPECT_EQ(done.json["allowed_transitions"].size(), 0u);
    const HttpResponse late = customer.post(order + "cancel/", Json::object());
    EXPECT_EQ(late.status, 409);
}

TEST_P(Api, NamesAndPricesAreFrozenWhenAnOrderIsPlaced) {
    const auto soup = server.food("Egusi soup", 320'000);
    HttpClient customer = server.customer();
    ASSERT_EQ(customer.post("/cart/", Json::object({{"food_id", soup}})).status, 201);
    const HttpResponse placed =
        customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
    ASSERT_EQ(placed.status, 201) << placed.body;
    ASSERT_EQ(server.admin()
                  .patch("/foods/" + std::to_string(soup) + "/",
                         Json::object({{"name", "Egusi, large"}, {"price", 999'900}}))
                  .status,
              200);
    ASSERT_EQ(server.admin().del("/foods/" + std::to_string(soup) + "/").status, 204);
    const HttpResponse read = customer.get(placed.header("location"));
    EXPECT_EQ(read.json["items"].as_array()[0]["name"].as_string(), "Egusi soup");
    EXPECT_EQ(read.json["total"].as_integer(), 320'000);
}

TEST_P(Api, AnotherCustomersThingsAreNotFound) {
    const auto soup = server.food("Ogbono soup", 300'000);
    HttpClient owner = server.customer();
    const HttpResponse line = owner.post("/cart/", Json::object({{"food_id", soup}}));
    ASSERT_EQ(line.status, 201);
    HttpClient other = server.customer();
    const std::string item = "/cart/" + std::to_string(line.json["id"].as_integer()) + "/";
    EXPECT_EQ(other.patch(item, Json::object({{"quantity", 5}})).status, 404);
    EXPECT_EQ(other.del(item).status, 404);
    const HttpResponse placed =
        owner.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
    ASSERT_EQ(placed.status, 201);
    EXPECT_EQ(other.get(placed.header("location")).status, 404);
    EXPECT_EQ(other.post(placed.header("location") + "cancel/", Json::object()).status, 404);
    EXPECT_EQ(other.get("/orders/").json["total_count"].as_integer(), 0);
}

TEST_P(Api, CancellingGivesStockBackOnce) {
    const auto fish = server.food("Grilled croaker", 450'000, 3);
    HttpClient customer = server.customer();
    ASSERT_EQ(customer.post("/cart/", Json::object({{"food_id", fish}, {"quantity", 3}})).status,
              201);
    const HttpResponse placed =
        customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
    ASSERT_EQ(placed.status, 201);
    EXPECT_EQ(server.stock_of(fish), 0);
    EXPECT_EQ(customer
                  .post(placed.header("location") + "cancel/",
                        Json::object({{"reason", "Guests cancelled"}}))
                  .status,
              200);
    EXPECT_EQ(customer.post(placed.header("location") + "cancel/", Json::object()).status, 409);
    EXPECT_EQ(server.stock_of(fish), 3);
}

}  // namespace kitchen::tests
