// Steps of the checkout and subscribers that go wrong: nothing is lost, and the log names the
// plugin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testkit::HttpResponse;

class Steps : public testing::Test {
protected:
    static testkit::RestaurantConfig config() {
        return {
            .orders = "step_budget: 500ms",
            .plugins = {"{id: faulty-step, path: " KITCHEN_HOSTILE_PLUGIN_DIR "/faulty-step.so}"}};
    }
    HttpResponse order(const char* code) {
        return client.post("/orders/",
                           Json::object({{"fulfillment_type", "pickup"}, {"promo_code", code}}));
    }

    testkit::Restaurant restaurant{config()};
    testkit::HttpClient client = restaurant.customer();
    const std::int64_t food = restaurant.food("Akara", 15'000, 5);
};

}  // namespace

TEST_F(Steps, OneThatGoesWrongIsNamedAndCostsNothing) {
    ASSERT_EQ(client.post("/cart/", Json::object({{"food_id", food}})).status, 201);
    for (const char* code : {"THROW", "THROW-INT", "NEGATIVE", "BELOW-ZERO", "SLOW"}) {
        const HttpResponse refused = order(code);
        EXPECT_EQ(refused.status, 500) << code << refused.body;
        EXPECT_EQ(refused.problem_code(), "internal") << code;
        EXPECT_THAT(refused.body, Not(HasSubstr("1234")));
        const HttpResponse quote = client.post(
            "/cart/quote/", Json::object({{"fulfillment_type", "pickup"}, {"promo_code", code}}));
        EXPECT_EQ(quote.status, 500) << code << quote.body;
    }
    const auto log = restaurant.kernel().log_lines();
    for (const char* why : {"the secret is 1234", "not a std::exception", "foods cost 15000",
                            "'tax' is -1", "ran past its budget"})
        EXPECT_THAT(log, Contains(testing::AllOf(HasSubstr("checkout step failed"),
                                                 HasSubstr("faulty-step"), HasSubstr(why))));

    EXPECT_EQ(client.get("/orders/").json["total_count"], Json(0));
    EXPECT_EQ(client.get("/cart/").json["items"].size(), 1u);
    EXPECT_EQ(restaurant.stock_of(food), 5);
    EXPECT_EQ(client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status, 201);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

TEST(Subscribers, OneThatFailedToBeConstructedIsNotCalled) {
    testkit::Restaurant restaurant(
        {.plugins = {"{id: faulty-subscriber, required: false, path: " KITCHEN_HOSTILE_PLUGIN_DIR
                     "/faulty-subscriber.so}",
                     "{id: loyalty, path: " KITCHEN_LOYALTY "}"}});
    testkit::HttpClient client = restaurant.customer();
    const std::int64_t food = restaurant.food("Akara", 15'000);
    ASSERT_EQ(client.post("/cart/", Json::object({{"food_id", food}})).status, 201);
    ASSERT_EQ(client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status, 201);
    EXPECT_TRUE(
        testkit::wait_until([&] { return client.get("/loyalty/").json["points"] == Json(1); }));
    EXPECT_THAT(restaurant.kernel().log_lines(),
                Contains(testing::AllOf(HasSubstr("plugin left out"), HasSubstr("no stove"))));
}

TEST_F(Steps, ThePluginsPageListsEveryProvider) {
    const HttpResponse page = restaurant.admin().get("/admin/plugins/");
    for (const Json& plugin : page.json["plugins"].as_array()) {
        if (plugin["id"] != Json("orders")) continue;
        for (const Json& need : plugin["needs"].as_array())
            if (need["interface"] == Json("checkout-step/1")) {
                EXPECT_EQ(need["providers"].dump(), R"(["faulty-step"])");
                return;
            }
    }
    FAIL() << page.body;
}

}  // namespace kitchen::tests
