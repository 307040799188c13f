// The plugin over a real socket, through the real loader: its routes, its
// places under parallel checkouts, and a kitchen that has it, has it not and
// has it again.
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::opening_hours {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

/// It is Thursday, 1 January 2026, 13:00 in Lagos, and stays so.
RestaurantConfig with_hours(const std::string& keys, RestaurantConfig config = {}) {
    config.kernel.manual_clock = true;
    config.plugins.push_back("{id: opening-hours, config: {zone: Africa/Lagos, " + keys + "}}");
    return config;
}

HttpResponse order(HttpClient& client, std::int64_t food, const char* scheduled_for = nullptr) {
    if (client.get("/cart/").json["items"].size() == 0)
        testkit::expect_status(client.post("/cart/", Json::object({{"food_id", food}})), 201,
                               "put into the cart");
    Json body = Json::object({{"fulfillment_type", "pickup"}});
    if (scheduled_for) body.set("scheduled_for", scheduled_for);
    return client.post("/orders/", body);
}

/// "201", or the codes of what stands in the way.
std::string outcome(const HttpResponse& response) {
    if (response.status == 201) return "201";
    std::string codes;
    if (const Json* errors = response.json.find("errors"))
        for (const Json& error : errors->as_array())
            codes += (codes.empty() ? "" : " ") + error["pointer"].as_string() + ' ' +
                     error["code"].as_string();
    return std::to_string(response.status) + ' ' + codes;
}

std::string slots_text(const HttpResponse& response) {
    std::string text;
    for (const Json& slot : response.json["slots"].as_array())
        text += (text.empty() ? "" : ", ") + slot["from"].as_string().substr(11, 5) + '-' +
                slot["until"].as_string().substr(11, 5) + ' ' +
                std::to_string(slot["left"].as_integer());
    return text;
}

}  // namespace

TEST(OpeningHoursApi, TheHoursArePublic) {
    Restaurant restaurant(
        with_hours("hours: ['mon-fri 08:00-12:00, 18:00-02:00'], exceptions: "
                   "['2025-12-25 closed', "
                   "'2026-01-01 14:00-16:00 New Year', '2026-01-02 closed']"));
    const HttpResponse hours = restaurant.client().get("/store/hours/");
    ASSERT_EQ(hours.status, 200) << hours.body;
    EXPECT_EQ(hours.json["zone"], Json("Africa/Lagos"));
    EXPECT_EQ(hours.json["is_open"], Json(false));
    EXPECT_TRUE(hours.json["pause"].is_null());
    EXPECT_EQ(hours.json["next_opening"], Json("2026-01-01T13:00:00.000Z"));
    EXPECT_EQ(hours.json["next_closing"], Json("2026-01-01T15:00:00.000Z"));
    EXPECT_EQ(hours.json["week"].as_array()[0].dump(),
              R"({"day":"monday","ranges":[{"opens":"08:00","closes":"12:00"},)"
              R"({"opens":"18:00","closes":"02:00"}]})");
    EXPECT_EQ(hours.json["week"].as_array()[6].dump(), R"({"day":"sunday","ranges":[]})");
    EXPECT_EQ(hours.json["exceptions"].dump(),
              R"([{"date":"2026-01-01","name":"New Year","ranges":[{"opens":"14:00",)"
              R"("closes":"16:00"}]},{"date":"2026-01-02","name":null,"ranges":[]}])");
    EXPECT_EQ(restaurant.client().get("/store/slots/").status,
              404);  // there are none

    HttpClient ada = restaurant.customer();
    const std::int64_t dish = restaurant.food("Dish", 100);
    EXPECT_EQ(outcome(order(ada, dish)), "409 /scheduled_for closed");
    const HttpResponse why = restaurant.client().get(
        "/store/explain/?food_id=" + std::to_string(dish) + "&at=2026-01-02T08:00:00Z");
    EXPECT_EQ(why.json["problems"].as_array().at(0)["detail"],
              Json("We are closed then, and open again on Mon 5 Jan 2026, 08:00 "
                   "(Africa/Lagos)."))
        << why.body;
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T14:59:59Z")), "201");
}

TEST(OpeningHoursApi, TheKitchenPausesAndResumes) {
    Restaurant restaurant(with_hours("lead_time: 30m", testkit::on_sqlite()));
    const std::int64_t dish = restaurant.food("Dish", 100);
    HttpClient ada = restaurant.customer(), chef = restaurant.kitchen_staff();
    EXPECT_EQ(restaurant.client().post("/store/pause/", Json()).status, 401);
    EXPECT_EQ(ada.post("/store/pause/", Json::object()).status, 403);
    EXPECT_EQ(ada.del("/store/pause/").status, 403);
    EXPECT_EQ(
        outcome(chef.post("/store/pause/", Json::object({{"until", "2026-01-01T12:00:00Z"}}))),
        "422 /until out_of_range");

    const HttpResponse paused =
        chef.post("/store/pause/",
                  Json::object({{"until", "2026-01-01T13:00:00Z"}, {"reason", " Too busy. "}}));
    EXPECT_EQ(paused.status, 200);
    EXPECT_EQ(paused.body, R"({"since":"2026-01-01T12:00:00.000Z",)"
                           R"("until":"2026-01-01T13:00:00.000Z","reason":"Too busy."})");
    const Json hours = restaurant.client().get("/store/hours/").json;
    EXPECT_EQ(hours["pause"].dump(), paused.body);
    EXPECT_EQ(hours["is_open"], Json(false));
    EXPECT_EQ(outcome(order(ada, dish)), "409 /scheduled_for paused");
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T12:10:00Z")),
              "409 /scheduled_for too_soon /scheduled_for paused");
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T13:00:00Z")), "201");

    EXPECT_EQ(chef.send("POST", "/store/pause/").status, 200);  // no body
    restaurant.restart();
    HttpClient admin = restaurant.admin();
    EXPECT_EQ(outcome(order(admin, dish, "2026-01-04T13:00:00Z")), "409 /scheduled_for paused");
    EXPECT_EQ(admin.del("/store/pause/").status, 204);
    EXPECT_EQ(admin.del("/store/pause/").status, 204);
    EXPECT_EQ(outcome(order(admin, dish)), "201");
}

TEST(OpeningHoursApi, SlotsHavePlaces) {
    Restaurant restaurant(
        with_hours("hours: ['mon-sun 13:30-15:00'], mealtimes: "
                   "['category:mains mon-sun 14:00-15:00'], "
                   "slots: {length: 30m, capacity: 2}"));
    const std::int64_t dish = restaurant.food("Dish", 100);
    HttpClient ada = restaurant.customer(), anyone = restaurant.client();
    EXPECT_EQ(slots_text(anyone.get("/store/slots/")),
              "12:30-13:00 2, 13:00-13:30 2, 13:30-14:00 2");
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T12:59:00Z")),
              "409 /items/0/food not_at_this_time");
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T13:00:00Z")), "201");
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T13:29:00Z")), "201");
    EXPECT_EQ(outcome(order(ada, dish, "2026-01-01T13:15:00Z")), "409 /scheduled_for slot_full");
    const HttpResponse slots = anyone.get("/store/slots/?date=2026-01-01");
    EXPECT_EQ(slots_text(slots), "12:30-13:00 2, 13:00-13:30 0, 13:30-14:00 2");
    EXPECT_EQ(slots.json["capacity"].as_integer(), 2);
    EXPECT_EQ(slots.json["date"], Json("2026-01-01"));
    EXPECT_EQ(slots_text(anyone.get("/store/slots/?date=2025-12-31")), "");
    EXPECT_EQ(slots_text(anyone.get("/store/slots/?date=2026-01-02")),
              "12:30-13:00 2, 13:00-13:30 2, 13:30-14:00 2");
    EXPECT_EQ(slots_text(anyone.get("/store/slots/?date=0001-01-01")), "");
    EXPECT_EQ(slots_text(anyone.get("/store/slots/?date=9999-12-31")),
              "12:30-13:00 2, 13:00-13:30 2, 13:30-14:00 2");
    EXPECT_EQ(outcome(anyone.get("/store/slots/?date=2026-02-30")), "422 ?date format");
}

// On one SQLite: see OpeningHoursTest.
TEST(OpeningHoursApi, TwoHundredOrdersRaceForTenPlacesAtThreeReplicas) {
    constexpr std::size_t buyers = 200;
    RestaurantConfig config = testkit::on_postgres();
    config.replicas = 3;
    config.orders = "step_budget: 30s";
    Restaurant restaurant(with_hours("slots: {length: 1h, capacity: 10}", std::move(config)));
    const std::int64_t dish = restaurant.food("Dish", 100);
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < buyers; ++i) {
        const std::string token = restaurant.sign_up().token;
        clients.push_back(restaurant.kernels().at(i % restaurant.kernels().size())->client());
        clients.back().bearer(token);
        ASSERT_EQ(clients.back().post("/cart/", Json::object({{"food_id", dish}})).status, 201);
    }
    std::mutex mutex;
    std::map<int, int> statuses;
    std::vector<std::thread> threads;
    for (HttpClient& client : clients)
        threads.emplace_back([&] {
            const HttpResponse placed =
                client.post("/orders/", Json::object({{"fulfillment_type", "pickup"},
                                                      {"scheduled_for", "2026-01-01T15:20:00Z"}}));
            std::lock_guard lock(mutex);
            ++statuses[placed.status];
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(statuses, (std::map<int, int>{{201, 10}, {409, 190}}));
    EXPECT_EQ(restaurant.admin().get("/orders/").json["total_count"].as_integer(), 10);
    for (const auto& kernel : restaurant.kernels())
        EXPECT_THAT(slots_text(kernel->client().get("/store/slots/")),
                    testing::HasSubstr("15:00-16:00 0, 16:00-17:00 10"));
    EXPECT_EQ(restaurant.broken_data(), "[]");

    // A pause at one replica holds at the others.
    std::vector<HttpClient> chefs;
    for (const auto& kernel : restaurant.kernels()) {
        chefs.push_back(kernel->client());
        chefs.back().basic(Restaurant::admin_email, Restaurant::password);
    }
    EXPECT_EQ(chefs[0].post("/store/pause/", Json::object()).status, 200);
    EXPECT_EQ(outcome(order(chefs[1], dish)), "409 /scheduled_for paused");
    EXPECT_EQ(chefs[2].del("/store/pause/").status, 204);
    EXPECT_EQ(outcome(order(chefs[1], dish)), "201");
}

TEST(OpeningHoursApi, OffAndOnAgain) {
    const testkit::TemporaryDirectory directory;
    RestaurantConfig without = testkit::on_sqlite();
    without.kernel.manual_clock = true;
    without.data = directory.path();
    const RestaurantConfig with = with_hours("slots: {length: 1h, capacity: 1}", without);
    const char* time = "2026-01-01T15:00:00Z";
    const auto document_of = [](Restaurant& restaurant) {
        return restaurant.client().get("/openapi.json").json;
    };

    std::int64_t dish = 0;
    std::string placed;
    Json document;
    {
        Restaurant restaurant(with);
        dish = restaurant.food("Dish", 100);
        HttpClient chef = restaurant.admin();
        const HttpResponse order_placed = order(chef, dish, time);
        ASSERT_EQ(order_placed.status, 201) << order_placed.body;
        placed = order_placed.header("location");
        EXPECT_EQ(outcome(order(chef, dish, time)), "409 /scheduled_for slot_full");
        EXPECT_EQ(chef.post("/store/pause/", Json::object()).status, 200);
        document = document_of(restaurant);
    }
    {
        // Without the plugin nothing is known of it, and what it claimed is given
        // back all the same.
        Restaurant restaurant(without);
        HttpClient chef = restaurant.admin();
        EXPECT_EQ(outcome(order(chef, dish, time)), "201");
        EXPECT_EQ(chef.post(placed + "cancel/", Json::object({{"reason", "Late."}})).status, 200);
        EXPECT_EQ(chef.get("/store/hours/").status, 404);

        const Json plain = document_of(restaurant);
        std::vector<std::string> added;
        for (const auto& [path, operations] : document["paths"].as_object())
            if (!plain["paths"].find(path))
                added.push_back(path);
            else
                EXPECT_EQ(operations, plain["paths"][path]) << path;
        EXPECT_THAT(added, testing::UnorderedElementsAre("/store/hours/", "/store/slots/",
                                                         "/store/pause/"));
        EXPECT_EQ(document["paths"].size(), plain["paths"].size() + 3);
    }
    {
        Restaurant restaurant(with);
        HttpClient chef = restaurant.admin();
        EXPECT_EQ(outcome(order(chef, dish, time)), "409 /scheduled_for paused");
        EXPECT_EQ(chef.del("/store/pause/").status, 204);
        EXPECT_EQ(outcome(order(chef, dish, time)),
                  "201");  // the order meanwhile claimed nothing
        EXPECT_EQ(outcome(order(chef, dish, time)), "409 /scheduled_for slot_full");
    }
}

TEST(OpeningHoursApi, FaultsOfTheConfigurationHaveTheirPlace) {
    for (const auto& [keys, message] : std::map<std::string, std::string>{
             {"zone: Africa/Lagoss", "'Africa/Lagoss' is no time zone"},
             {"zone: Africa/Lagos, hours: ['mon 8-15']", "'8-15' is no range of time"}}) {
        RestaurantConfig config;
        config.plugins.push_back("{id: opening-hours, config: {" + keys + "}}");
        try {
            Restaurant restaurant(config);
            ADD_FAILURE() << keys;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), testing::ContainsRegex(":[0-9]+:[0-9]+: .*opening-hours"));
            EXPECT_THAT(error.what(), testing::HasSubstr(message));
        }
    }
}

}  // namespace kitchen::opening_hours
