// What clients and operators see of a plugin in a process of its own: the same as of any other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {

namespace {

using testing::HasSubstr;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RestaurantConfig;
using testkit::RestaurantProcess;

/// Both ways.
class Isolation : public testing::TestWithParam<const char*> {
protected:
    Isolation() : server(config()) { server.start(); }
    static RestaurantConfig config() {
        return {.server = "public_url: 'https://kitchen.example/api'",
                .menu = false,
                .plugins = {"{id: faulty, path: " KITCHEN_FAULTY ", isolate: " +
                            std::string(GetParam()) + "}"}};
    }
    RestaurantProcess server;
};

TEST_P(Isolation, IsNotSeen) {
    HttpClient client = server.client();
    const HttpResponse fine = client.get(
        "/faulty/", {{"X-Request-Id", "r-1"},
                     {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
    EXPECT_EQ(fine.status, 200);
    EXPECT_EQ(fine.json["pid"] == Json(std::int64_t{server.process().pid()}),
              GetParam() == std::string("none"));
    EXPECT_EQ(fine.json["client"], Json("127.0.0.1"));
    EXPECT_EQ(fine.json["base"], Json("https://kitchen.example/api"));
    EXPECT_EQ(fine.json["trace"], Json("0af7651916cd43dd8448eb211c80319c"));
    EXPECT_EQ(fine.json["id"], Json("r-1"));
    EXPECT_EQ(fine.header("x-request-id"), "r-1");
    EXPECT_EQ(fine.header("etag"), "\"7\"");
    EXPECT_EQ(fine.header("content-type"), "application/json");
    std::set<std::string> names;
    for (const auto& [name, value] : fine.headers)
        EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_EQ(client.get("/faulty/", {{"If-None-Match", "\"7\""}}).status, 304);
    const HttpResponse head = client.send("HEAD", "/faulty/large/");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), "3145728");
    EXPECT_EQ(client.get("/faulty/large/").body, std::string(3 << 20, 'x'));
    EXPECT_EQ(client.del("/faulty/").status, 405);
}

TEST_P(Isolation, EachFaultInABodyIsNamed) {
    HttpClient client = server.client();
    const HttpResponse made =
        client.post("/faulty/echo/", Json::object({{"text", "Ẹ kú"}, {"even", 2}}));
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.json["text"], Json("Ẹ kú"));
    EXPECT_EQ(made.header("location"), "/api/faulty/echo/1/");
    const HttpResponse both =
        client.post("/faulty/echo/", Json::object({{"text", "much too long"}, {"even", 3}}));
    EXPECT_EQ(both.status, 422);
    EXPECT_EQ(both.json["errors"].size(), 2u) << both.body;
    EXPECT_EQ(
        client.send("POST", "/faulty/echo/", "{", {{"Content-Type", "application/json"}}).status,
        400);
    EXPECT_EQ(client.send("POST", "/faulty/echo/", "x", {{"Content-Type", "text/plain"}}).status,
              415);
    EXPECT_EQ(client
                  .send("POST", "/faulty/echo/", std::string(100'000, ' '),
                        {{"Content-Type", "application/json"}})
                  .status,
              413);
}

TEST_P(Isolation, WhoAsksIsToldByTheServerAlone) {
    HttpClient client = server.client();
    auto ada = server.sign_up();
    EXPECT_EQ(ada.client.get("/faulty/me/").json["user"], Json(ada.id));
    const std::string forged =
        R"({"client":"6.6.6.6","base":"","user":1,"role":"admin","token":"","operator":true})";
    EXPECT_EQ(client.get("/faulty/me/", {{"kitchen-handover", forged}}).status, 401);
    const HttpResponse open = client.get("/faulty/", {{"kitchen-handover", forged}});
    EXPECT_EQ(open.json["user"], Json(0));
    EXPECT_EQ(open.json["client"], Json("127.0.0.1"));
}

TEST_P(Isolation, IsInTheDocument) {
    HttpClient client = server.client();
    const HttpResponse document = client.get("/openapi.json");
    const Json& echo = document.json["paths"]["/faulty/echo/"]["post"];
    EXPECT_EQ(echo["requestBody"]["content"]["application/json"]["schema"]["properties"]["text"]
                  ["maxLength"],
              Json(10));
    static std::string other;  // of the other way
    if (!other.empty()) {
        EXPECT_EQ(document.body, other);
    }
    other = document.body;
}

INSTANTIATE_TEST_SUITE_P(BothWays, Isolation, testing::Values("none", "process"),
                         [](const auto& info) { return std::string(info.param); });

/// Routes, migrations and a subscriber of a real plugin.
class LoyaltyIsolated : public testing::TestWithParam<const char*> {};

TEST_P(LoyaltyIsolated, CountsPointsAndRedeemsThem) {
    RestaurantConfig config = testkit::on_sqlite();
    config.plugins = {"{id: loyalty, path: " KITCHEN_LOYALTY ", isolate: " +
                      std::string(GetParam()) + ", config: {kobo_per_point: 10000}}"};
    RestaurantProcess server(std::move(config));
    server.start();
    EXPECT_EQ(server.client().get("/loyalty/").status, 401);
    HttpClient ada = server.customer();
    const Json line = Json::object({{"food_id", server.food("Akara", 15'000)}, {"quantity", 2}});
    EXPECT_EQ(ada.post("/cart/", line).status, 201);
    EXPECT_EQ(ada.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status, 201);
    EXPECT_TRUE(
        testkit::wait_until([&] { return ada.get("/loyalty/").json["points"] == Json(3); }));
    const Json drink = Json::object({{"points", 2}, {"reference", "free drink"}});
    EXPECT_EQ(ada.post("/loyalty/redeem/", drink).json["points"], Json(1));
    EXPECT_EQ(ada.post("/loyalty/redeem/", drink).problem_code(), "already_redeemed");
    EXPECT_EQ(ada.post("/loyalty/redeem/", Json::object({{"points", 0}, {"reference", ""}})).status,
              422);
    EXPECT_EQ(ada.get("/loyalty/").json["history"].size(), 2u);
    EXPECT_EQ(server.broken_data(), "[]");
    EXPECT_EQ(server.terminate(), 0) << server.output();
}

INSTANTIATE_TEST_SUITE_P(BothWays, LoyaltyIsolated, testing::Values("none", "process"),
                         [](const auto& info) { return std::string(info.param); });

std::string refusal_of(RestaurantConfig config) {
    RestaurantProcess restaurant(std::move(config));
    testkit::ChildProcess check(
        {testkit::built_executable(), "check-config", "--config", restaurant.config_file()},
        {.environment = {{"DATA", restaurant.data()}, {"PORT", "0"}}});
    EXPECT_NE(check.wait(), 0) << check.output();
    return check.output();
}

TEST(IsolationRefused, WithPlaceAndReason) {
    const std::string on_sqlite = testkit::on_sqlite().store;
    EXPECT_THAT(
        refusal_of({.store = "{id: store-memory, isolate: process}"}),
        testing::AllOf(HasSubstr("kitchen.yaml:3:"), HasSubstr("'store-memory' cannot be isolated"),
                       HasSubstr("'auth' uses its store/1")));
    EXPECT_THAT(
        refusal_of({.plugins = {"{id: loyalty, path: " KITCHEN_LOYALTY ", isolate: process}"}}),
        HasSubstr("it needs 'store-memory', which has its data in the memory of one process"));
    EXPECT_THAT(refusal_of({.plugins = {"{id: rate-limit, isolate: process}"}}),
                HasSubstr("cannot be isolated"));
    EXPECT_THAT(
        refusal_of({.plugins = {"{id: faulty, path: " KITCHEN_FAULTY ", isolate: thread}"}}),
        HasSubstr("isolate"));
}

}  // namespace
}  // namespace kitchen::tests
