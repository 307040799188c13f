// Carts and orders over a real socket, through the real loader: what the kernel and these plugins
// must agree on.
#include <gtest/gtest.h>

#include <algorithm>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/restaurant.h"
#include "kitchen/time.h"

namespace kitchen::orders {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;

class OrdersApi : public testing::Test {
protected:
    explicit OrdersApi(testkit::RestaurantConfig config = {}) : restaurant(with_fees(config)) {}

    static testkit::RestaurantConfig with_fees(testkit::RestaurantConfig config) {
        config.plugins.push_back(
            "{id: fees, config: {delivery_fee: 50000, service_fee_basis_points: 250, "
            "tax_basis_points: 750}}");
        return config;
    }
    HttpResponse put(std::int64_t food_id) {
        return chef.post("/cart/", Json::object({{"food_id", food_id}}));
    }
    static std::string fault(const HttpResponse& response) {
        const Json* errors = response.json.find("errors");
        if (response.status != 422 || !errors || errors->size() != 1) return response.body;
        return errors->as_array()[0]["pointer"].as_string() + " " +
               errors->as_array()[0]["code"].as_string();
    }

    testkit::Restaurant restaurant;
    HttpClient chef = restaurant.admin();
};

}  // namespace

TEST_F(OrdersApi, AConditionalReadOfTheCartNeverShowsOldPrices) {
    const auto dish = restaurant.food("Dish", 100'000);
    const HttpResponse added = put(dish);
    ASSERT_EQ(added.status, 201) << added.body;
    const HttpResponse first = chef.get("/cart/");
    EXPECT_EQ(first.header("etag"), '"' + std::to_string(first.json["version"].as_integer()) + '"');
    EXPECT_EQ(first.header("etag"), added.header("etag"));
    EXPECT_EQ(chef.get("/cart", {{"If-None-Match", first.header("etag")}}).status, 304);
    ASSERT_EQ(chef.patch("/foods/" + std::to_string(dish) + "/", Json::object({{"price", 120'000}}))
                  .status,
              200);
    const HttpResponse dearer = chef.get("/cart/", {{"If-None-Match", first.header("etag")}});
    EXPECT_EQ(dearer.status, 200);
    EXPECT_EQ(dearer.json["subtotal"].as_integer(), 120'000);
    EXPECT_EQ(chef.get("/cart/", {{"If-None-Match", dearer.header("etag")}}).status, 304);

    const std::string item = "/cart/" + std::to_string(added.json["id"].as_integer()) + "/";
    EXPECT_EQ(chef.patch(item, Json::object({{"quantity", 2}}), {{"If-Match", "\"0\""}}).status,
              412);
    EXPECT_EQ(
        chef.patch(item, Json::object({{"quantity", 2}}), {{"If-Match", dearer.header("etag")}})
            .status,
        200);
    const HttpResponse removed = chef.del(item);
    EXPECT_EQ(removed.status, 204);
    EXPECT_EQ(removed.header("etag"), "\"3\"");
    EXPECT_EQ(chef.del("/cart/").json["message"].as_string(), "Cart cleared successfully");
}

TEST_F(OrdersApi, TheQuoteIsWhatTheOrderCosts) {
    ASSERT_EQ(put(restaurant.food("Dish", 199'900)).status, 201);
    const HttpResponse nowhere =
        chef.post("/cart/quote/", Json::object({{"fulfillment_type", "delivery"}}));
    EXPECT_EQ(nowhere.json["problems"].as_array().at(0)["code"], Json("address_required"))
        << nowhere.body;
    EXPECT_EQ(
        chef.post("/orders/", Json::object({{"fulfillment_type", "delivery"}})).problem_code(),
        "address_required");
    const HttpResponse address = chef.post(
        "/me/addresses/",
        Json::object({{"line1", "12 Allen Avenue"}, {"city", "Ikeja"}, {"state", "Lagos"}}));
    ASSERT_EQ(address.status, 201) << address.body;
    const HttpResponse quote =
        chef.post("/cart/quote/", Json::object({{"fulfillment_type", "delivery"}, {"tip", 1'000}}));
    ASSERT_EQ(quote.status, 200) << quote.body;
    EXPECT_EQ(quote.json["problems"].size(), 0u);
    EXPECT_EQ(quote.json["service_fee"].as_integer(), 4'998);  // 4,997.5
    EXPECT_EQ(quote.json["tax"].as_integer(), 19'117);         // 19,117.35
    EXPECT_EQ(quote.json["total"].as_integer(), 199'900 + 50'000 + 4'998 + 19'117 + 1'000);
    Json body =
        Json::object({{"fulfillment_type", "delivery"}, {"tip", 1'000}, {"expected_total", 1}});
    const HttpResponse changed = chef.post("/orders/", body);
    EXPECT_EQ(changed.status, 409);
    EXPECT_EQ(changed.problem_code(), "total_changed");
    EXPECT_EQ(changed.json["total"], quote.json["total"]);
    body.set("expected_total", quote.json["total"]);
    const HttpResponse placed = chef.post("/orders/", body);
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(placed.json["total"], quote.json["total"]);
    EXPECT_EQ(placed.json["address"], quote.json["address"]);
    EXPECT_EQ(placed.json["address"]["id"], address.json["id"]);
    EXPECT_EQ(chef.post("/orders/", body).problem_code(), "cart_empty");
}

TEST_F(OrdersApi, WrongRequestsAreNamed) {
    const auto dish = restaurant.food("Dish", 100);
    EXPECT_EQ(fault(chef.post("/cart/", Json::object({{"food_id", dish}, {"quantity", 100}}))),
              "/quantity too_large");
    EXPECT_EQ(fault(chef.post("/cart/quote/",
                              Json::object({{"fulfillment_type", "pickup"}, {"address_id", 1}}))),
              "/address_id not_for_pickup");
    EXPECT_EQ(fault(chef.get("/orders/?limit=0")), "?limit too_small");
    EXPECT_EQ(fault(chef.get("/orders/?from=yesterday")), "?from format");
    EXPECT_EQ(chef.get("/orders/?status=eaten").status, 422);
    EXPECT_EQ(chef.get("/orders/0/").status, 404);
    EXPECT_EQ(chef.get("/orders/7/").problem_code(), "order_not_found");
    EXPECT_EQ(chef.patch("/cart/7/", Json::object({{"quantity", 1}})).problem_code(),
              "cart_item_not_found");
    const HttpResponse missing = put(999);
    EXPECT_EQ(missing.status, 409);
    EXPECT_EQ(missing.problem_code(), "food_not_found");
    EXPECT_EQ(missing.json["errors"].as_array().at(0)["pointer"].as_string(), "/food_id");
    EXPECT_EQ(
        restaurant.client().post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status,
        401);
}

TEST_F(OrdersApi, AllThatIsWrongWithAnOrderIsInOneResponse) {
    const auto faults = [](const HttpResponse& response) {
        std::vector<std::string> found;
        if (response.status == 422)
            for (const Json& one : response.json["errors"].as_array())
                found.push_back(one["pointer"].as_string());
        std::sort(found.begin(), found.end());
        return found;
    };
    using Found = std::vector<std::string>;
    Json body = Json::object({{"fulfillment_type", "pickup"},
                              {"tip", -1},
                              {"contact_phone", "call me"},
                              {"scheduled_for", "2020-01-01T00:00:00Z"},
                              {"address_id", 7}});
    EXPECT_EQ(faults(chef.post("/orders/", body)),
              (Found{"/address_id", "/contact_phone", "/scheduled_for", "/tip"}));
    body.set("fulfillment_type", "delivery");
    EXPECT_EQ(faults(chef.post("/orders/", body)),
              (Found{"/contact_phone", "/scheduled_for", "/tip"}));
    body.set("fulfillment_type", "by air");
    EXPECT_EQ(faults(chef.post("/orders/", body)),
              (Found{"/contact_phone", "/fulfillment_type", "/scheduled_for", "/tip"}));
}

class OrdersOnTime : public OrdersApi {
protected:
    OrdersOnTime() : OrdersApi({.kernel = {.manual_clock = true}}) {}
};

TEST_F(OrdersOnTime, ARepeatedOrderIsNotTooLateForItsTime) {
    const auto dish = restaurant.food("Dish", 100);
    ASSERT_EQ(put(dish).status, 201);
    const Timestamp soon = restaurant.kernel().clock().now() + std::chrono::seconds(30);
    const Json timely =
        Json::object({{"fulfillment_type", "pickup"}, {"scheduled_for", format_rfc3339(soon)}});
    const testkit::HeaderList key = {{"Idempotency-Key", "lunch"}};
    const HttpResponse placed = chef.post("/orders/", timely, key);
    ASSERT_EQ(placed.status, 201) << placed.body;
    restaurant.kernel().clock().advance(std::chrono::minutes(1));
    EXPECT_EQ(chef.post("/orders/", timely, key).body, placed.body);
    EXPECT_EQ(fault(chef.post("/orders/", timely)), "/scheduled_for out_of_range");
}

TEST_F(OrdersApi, ListsAreFollowedFromPageToPage) {
    const auto dish = restaurant.food("Dish", 100);
    std::vector<std::int64_t> placed;
    const auto place = [&] {
        EXPECT_EQ(put(dish).status, 201);
        const HttpResponse order =
            chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
        placed.insert(placed.begin(), order.json["id"].as_integer());
        return order.header("location");
    };
    for (int i = 0; i < 5; ++i) {
        const std::string path = place();
        const Json move =
            Json::object({{"status", i % 2 ? "confirmed" : "cancelled"}, {"reason", "Test"}});
        if (i > 0) {
            EXPECT_EQ(chef.post(path + "status/", move).status, 200);
        }
    }
    const auto walk = [&](std::string url) {
        std::vector<std::int64_t> seen;
        while (!url.empty()) {
            const HttpResponse page = chef.get(url);
            EXPECT_EQ(page.status, 200) << url << page.body;
            for (const Json& order : page.json["result"].as_array())
                seen.push_back(order["id"].as_integer());
            EXPECT_EQ(page.json["offset"].as_integer() + page.json["count"].as_integer(),
                      std::ssize(seen));
            const std::string next =
                page.json["next"].is_null() ? "" : page.json["next"].as_string();
            url = next.empty() ? "" : next.substr(next.find("/orders/"));
            if (seen.size() == 2) place();  // what comes in front moves nothing
        }
        return seen;
    };
    const std::vector<std::int64_t> five = placed;
    EXPECT_EQ(walk("/orders/?limit=2"), five);
    const auto some = [&](std::initializer_list<int> at) {
        std::vector<std::int64_t> ids;
        for (const int i : at) ids.push_back(five[static_cast<std::size_t>(i)]);
        return ids;
    };
    for (const char* query : {"status=confirmed,cancelled", "status=cancelled&status=confirmed",
                              "status=confirmed%2Ccancelled"})
        EXPECT_EQ(walk("/orders/?limit=2&" + std::string(query)), some({0, 1, 2, 3})) << query;
    EXPECT_EQ(fault(chef.get("/orders/?status=confirmed,eaten")), "?status not_one_of");
    for (const char* cursor : {"x", "2.5", "2.5.99x", "2.5.0"})
        EXPECT_EQ(fault(chef.get("/orders/?limit=2&offset=2&cursor=" + std::string(cursor))),
                  "?cursor format");
    EXPECT_EQ(fault(chef.get("/orders/?limit=2&offset=2&cursor=2.5.999999")), "?cursor not_found");
}

TEST_F(OrdersApi, TheKitchenIsToldWhatIsPossible) {
    const auto dish = restaurant.food("Dish", 100);
    std::vector<std::string> orders;
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(put(dish).status, 201);
        orders.push_back(chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}))
                             .header("location"));
    }
    const HttpResponse leap =
        chef.post(orders[0] + "status/", Json::object({{"status", "completed"}}));
    EXPECT_EQ(leap.status, 409);
    EXPECT_EQ(leap.json["allowed_transitions"].dump(), R"(["confirmed","cancelled"])");
    const HttpResponse moved = chef.post(
        orders[0] + "status/", Json::object({{"status", "confirmed"}}), {{"If-Match", "\"1\""}});
    EXPECT_EQ(moved.status, 200);
    EXPECT_EQ(moved.header("etag"), "\"2\"");
    EXPECT_EQ(chef.get(orders[0], {{"If-None-Match", "\"2\""}}).status, 304);
    EXPECT_EQ(chef.post(orders[0] + "status/", Json::object({{"status", "preparing"}}),
                        {{"If-Match", "\"1\""}})
                  .status,
              412);
    EXPECT_EQ(fault(chef.send("POST", orders[1] + "cancel/")),
              "/reason required");  // no body at all
    EXPECT_EQ(chef.post(orders[1] + "cancel/", Json::object({{"reason", "No gas"}}))
                  .json["cancel_reason"]
                  .as_string(),
              "No gas");

    const HttpResponse page =
        chef.get("/orders/?status=pending&from=2020-01-01T00:00:00%2B01:00&limit=1");
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(page.json["total_count"].as_integer(), 1);
    EXPECT_EQ(
        "/orders/" + std::to_string(page.json["result"].as_array().at(0)["id"].as_integer()) + "/",
        orders[2]);
    const HttpResponse all = chef.get("/orders/?limit=2&to=2999-01-01T00:00:00Z");
    EXPECT_EQ(all.json["count"].as_integer(), 2);
    EXPECT_NE(all.json["next"].as_string().find("to=2999"), std::string::npos);
}

/// With everything that a checkout may have: a key, an address, a counted food.
class OrdersCounted : public OrdersApi {
protected:
    OrdersCounted()
        : OrdersApi({.store = "{id: counting-store, path: " KITCHEN_COUNTING_STORE "}"}) {}

    /// Those of the transaction of the last checkout.
    std::vector<std::string> statements() {
        std::vector<std::string> texts;
        const HttpResponse told = restaurant.client().get("/last-checkout/");
        for (const Json& text : told.json["statements"].as_array())
            texts.push_back(text.as_string());
        return texts;
    }
};

TEST_F(OrdersCounted, ACheckoutTakesFewStatements) {
    ASSERT_EQ(chef.post("/me/addresses/",
                        Json::object(
                            {{"line1", "12 Allen Avenue"}, {"city", "Ikeja"}, {"state", "Lagos"}}))
                  .status,
              201);
    const auto dish = restaurant.food("Dish", 100);
    const std::string path = "/foods/" + std::to_string(dish) + "/";
    ASSERT_EQ(
        chef.patch(path, Json::object({{"available_quantity", 5}}), {{"If-Match", "\"1\""}}).status,
        200);
    ASSERT_EQ(put(dish).status, 201);
    const HttpResponse placed =
        chef.post("/orders/", Json::object({{"fulfillment_type", "delivery"}}),
                  {{"Idempotency-Key", "dinner"}});
    ASSERT_EQ(placed.status, 201) << placed.body;
    // The README lists them.
    EXPECT_EQ(statements().size(), 14u) << testing::PrintToString(statements());
    EXPECT_EQ(chef.get(path).json["available_quantity"], Json(4));

    ASSERT_EQ(put(dish).status, 201);
    ASSERT_EQ(chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status, 201);
    EXPECT_EQ(statements().size(), 11u) << testing::PrintToString(statements());
}

}  // namespace kitchen::orders
