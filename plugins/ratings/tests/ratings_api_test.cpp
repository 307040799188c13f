// Ratings over a real socket, with the catalogue and the orders that they rest on.
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/store.h"
#include "kitchen/testkit/raw_client.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::ratings {
namespace {

using testing::HasSubstr;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

RestaurantConfig rated(RestaurantConfig config) {
    config.plugins = {"{id: ratings}"};
    return config;
}
RestaurantConfig in_memory() { return rated({}); }
RestaurantConfig on_sqlite() { return rated(testkit::on_sqlite()); }
RestaurantConfig on_three_replicas() {
    RestaurantConfig config = rated(testkit::on_postgres());
    config.replicas = 3;
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    return config;
}

std::string path_of(std::int64_t food) { return "/foods/" + std::to_string(food) + "/"; }

class RatingsApi : public testing::TestWithParam<RestaurantConfig (*)()> {
protected:
    void TearDown() override { EXPECT_EQ(restaurant.broken_data(), "[]"); }

    /// An order of the dish with the side; where it lives.
    std::string order(HttpClient& who) {
        expect_status(
            who.post("/cart/", Json::object({{"food_id", dish}, {"side_protein_id", side}})), 201,
            "cart");
        return expect_status(who.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})),
                             201, "order")
            .header("location");
    }
    void move(const std::string& order, const std::string& status) {
        expect_status(admin.post(order + "status/", Json::object({{"status", status}})), 200,
                      status);
    }
    void complete(const std::string& order) {
        for (const char* status : {"confirmed", "preparing", "ready", "completed"})
            move(order, status);
    }
    HttpResponse rate(HttpClient& who, std::int64_t food, const Json& rating) {
        return who.post(path_of(food) + "ratings/", rating);
    }
    static Json stars(std::int64_t count) { return Json::object({{"rating", count}}); }
    /// As the food shows them.
    std::string shown(std::int64_t food) { return anyone.get(path_of(food)).json["rating"].dump(); }

    Restaurant restaurant{GetParam()()};
    HttpClient admin = restaurant.admin();
    HttpClient anyone = restaurant.client();
    const std::int64_t dish = restaurant.food("Jollof", 250'000),
                       side = restaurant.food("Plantain", 50'000),
                       other = restaurant.food("Moi moi", 80'000);
};

}  // namespace

TEST_P(RatingsApi, WhoHasHadAFoodRatesItOnce) {
    HttpClient ada = restaurant.customer();
    EXPECT_EQ(rate(anyone, dish, stars(5)).status, 401);
    EXPECT_EQ(rate(ada, 999, stars(5)).problem_code(), "food_not_found");
    const std::string ordered = order(ada);
    move(ordered, "confirmed");
    const HttpResponse early = rate(ada, dish, stars(5));
    EXPECT_EQ(early.status, 409);
    EXPECT_EQ(early.problem_code(), "not_bought");
    EXPECT_THAT(early.json["detail"].as_string(), HasSubstr("'Jollof'"));
    for (const char* status : {"preparing", "ready", "completed"}) move(ordered, status);

    const HttpResponse given =
        rate(ada, dish, Json::object({{"rating", 4}, {"comment", "  Smoky,\nas it should be "}}));
    ASSERT_EQ(given.status, 201) << given.body;
    EXPECT_EQ(given.json["rating"], Json(4));
    EXPECT_EQ(given.json["comment"], Json("Smoky,\nas it should be"));
    EXPECT_EQ(given.json.size(), 5u) << "never who it was: " << given.body;
    EXPECT_EQ(rate(ada, dish, stars(1)).problem_code(), "already_rated");
    EXPECT_EQ(rate(ada, dish, stars(1)).status, 409);
    EXPECT_EQ(rate(ada, side, stars(2)).status, 201) << "a side was had, too";
    EXPECT_EQ(rate(ada, other, stars(2)).problem_code(), "not_bought");

    HttpClient bayo = restaurant.customer();
    EXPECT_EQ(rate(bayo, dish, stars(5)).problem_code(), "not_bought") << "it was Ada's order";
    complete(order(bayo));
    EXPECT_EQ(rate(bayo, dish, stars(5)).status, 201);
    EXPECT_EQ(shown(dish), R"({"average":4.5,"count":2})");

    const HttpResponse page = anyone.get(path_of(dish) + "ratings/?limit=1");
    EXPECT_EQ(page.json["total_count"], Json(2));
    EXPECT_EQ(page.json["result"].as_array().at(0)["rating"], Json(5)) << "newest first";
    EXPECT_TRUE(page.json["result"].as_array().at(0)["comment"].is_null());
    EXPECT_EQ(anyone.get(path_of(dish) + "ratings/?offset=1").json["result"].as_array().at(0),
              given.json);
}

TEST_P(RatingsApi, WrongOnesAreRefused) {
    HttpClient ada = restaurant.customer();
    complete(order(ada));
    for (const Json& wrong : {stars(0), stars(6), Json::object({}),
                              Json::object({{"rating", 3}, {"comment", std::string(1001, 'a')}}),
                              Json::object({{"rating", 3}, {"comment", "bell\a"}}),
                              Json::object({{"rating", 3}, {"user_id", 1}})})
        EXPECT_EQ(rate(ada, dish, wrong).status, 422) << wrong.dump();
    EXPECT_EQ(anyone.get("/foods/999/ratings/").problem_code(), "food_not_found");
    EXPECT_EQ(anyone.get(path_of(dish) + "ratings/?limit=0").status, 422);
    EXPECT_EQ(shown(dish), R"({"average":null,"count":0})");
}

TEST_P(RatingsApi, ARatingMakesNoFormStale) {
    HttpClient ada = restaurant.customer();
    complete(order(ada));
    const HttpResponse before = anyone.get(path_of(dish));
    ASSERT_EQ(rate(ada, dish, stars(3)).status, 201);
    const HttpResponse after =
        anyone.get(path_of(dish), {{"If-None-Match", before.header("etag")}});
    EXPECT_EQ(after.status, 200) << "what is cached has another rating";
    EXPECT_EQ(after.json["version"], before.json["version"]);
    EXPECT_EQ(anyone.get(path_of(dish), {{"If-None-Match", after.header("etag")}}).status, 304);
    EXPECT_EQ(admin
                  .patch(path_of(dish), Json::object({{"description", "Smoky"}}),
                         {{"If-Match", before.header("etag")}})
                  .status,
              200);
    EXPECT_EQ(admin
                  .patch(path_of(dish), Json::object({{"description", "Hot"}}),
                         {{"If-Match", after.header("etag")}})
                  .status,
              412);
}

TEST_P(RatingsApi, AnAdministratorTakesOneAway) {
    HttpClient ada = restaurant.customer();
    complete(order(ada));
    const std::string id = std::to_string(rate(ada, dish, stars(1)).json["id"].as_integer());
    const std::string rating = path_of(dish) + "ratings/" + id + "/";
    EXPECT_EQ(anyone.del(rating).status, 401);
    EXPECT_EQ(ada.del(rating).status, 403);
    EXPECT_EQ(admin.del(path_of(side) + "ratings/" + id + "/").problem_code(), "rating_not_found");
    ASSERT_EQ(admin.del(path_of(dish)).status, 204);
    EXPECT_EQ(anyone.get(path_of(dish) + "ratings/").status, 404);
    EXPECT_EQ(admin.del(rating).status, 204) << "of a food that is off the menu, too";
    EXPECT_EQ(admin.del(rating).status, 404);
}

TEST_P(RatingsApi, OneCustomerOnManyDevices) {
    auto customer = restaurant.sign_up();
    complete(order(customer.client));
    std::map<std::string, int> outcomes;
    std::mutex mutex;
    std::vector<std::thread> devices;
    for (std::size_t i = 0; i < 20; ++i)
        devices.emplace_back([&, i] {
            const auto& kernels = restaurant.kernels();
            HttpClient device = kernels[i % kernels.size()]->client();
            device.bearer(customer.token);
            const HttpResponse response = rate(device, dish, stars(5));
            const std::lock_guard lock(mutex);
            ++outcomes[std::to_string(response.status) + " " + response.problem_code()];
        });
    for (std::thread& device : devices) device.join();
    EXPECT_EQ(outcomes, (std::map<std::string, int>{{"201 ", 1}, {"409 already_rated", 19}}));
    EXPECT_EQ(shown(dish), R"({"average":5,"count":1})");
}

TEST_P(RatingsApi, ManyCustomersAtOnce) {
    std::vector<std::string> tokens = restaurant.tokens(10);
    for (const std::string& token : tokens) {
        HttpClient customer = restaurant.client();
        customer.bearer(token);
        complete(order(customer));
    }
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        threads.emplace_back([&, i] {
            const auto& kernels = restaurant.kernels();
            HttpClient customer = kernels[i % kernels.size()]->client();
            customer.bearer(tokens[i]);
            EXPECT_EQ(rate(customer, dish, stars(i % 2 == 0 ? 5 : 4)).status, 201);
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(shown(dish), R"({"average":4.5,"count":10})");
}

TEST_P(RatingsApi, CheckDataFindsStarsThatNobodyGave) {
    const auto write = [&](const std::string& sql) {
        restaurant.service<Store>()
            .migrate([&](SchemaTransaction& tx) { return tx.script(sql); })
            .value();
    };
    write("UPDATE foods SET rating_count = 1, rating_total = 5 WHERE id = " +
          std::to_string(other));
    EXPECT_THAT(restaurant.broken_data(), HasSubstr("food " + std::to_string(other)));
    write("UPDATE foods SET rating_count = 0, rating_total = 0");
}

TEST(RatingsOfPurgedFoods, GoWithTheFood) {
    RestaurantConfig config = in_memory();
    config.catalog = "purge_deleted_after: 100ms";
    Restaurant restaurant(config);
    HttpClient admin = restaurant.admin(), ada = restaurant.customer();
    const std::int64_t dish = restaurant.food("Jollof", 250'000);
    restaurant.food("Moi moi", 80'000);
    expect_status(ada.post("/cart/", Json::object({{"food_id", dish}})), 201, "cart");
    const std::string order =
        expect_status(ada.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})), 201,
                      "order")
            .header("location");
    for (const char* status : {"confirmed", "preparing", "ready", "completed"})
        expect_status(admin.post(order + "status/", Json::object({{"status", status}})), 200,
                      status);
    expect_status(ada.post(path_of(dish) + "ratings/", Json::object({{"rating", 5}})), 201, "rate");
    expect_status(admin.del(path_of(dish)), 204, "delete");

    const auto ratings = [&] {
        std::int64_t count = 0;
        restaurant.service<Store>()
            .migrate([&](SchemaTransaction& tx) -> Status {
                Rows rows;
                Status read = tx.run_text("SELECT COUNT(*) FROM food_ratings", {}, rows);
                if (read) count = rows.front().integer(0);
                return read;
            })
            .value();
        return count;
    };
    EXPECT_TRUE(testkit::eventually([&] { return ratings() == 0; }));
    EXPECT_EQ(admin.post(path_of(dish) + "restore/", Json::object({})).problem_code(),
              "food_not_deleted");
    EXPECT_EQ(ada.get(order).json["items"].as_array().at(0)["name"], Json("Jollof"));
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

INSTANTIATE_TEST_SUITE_P(Memory, RatingsApi, testing::Values(&in_memory));
INSTANTIATE_TEST_SUITE_P(Sqlite, RatingsApi, testing::Values(&on_sqlite));
INSTANTIATE_TEST_SUITE_P(ThreeReplicas, RatingsApi, testing::Values(&on_three_replicas));

}  // namespace kitchen::ratings
