// Whatever staff can change by any route of any plugin is in the audit log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "every_plugin.h"
#include "kitchen/outbox.h"
#include "kitchen/store.h"
#include "sample_images.h"

namespace kitchen::tests {
namespace {

using testing::UnorderedElementsAreArray;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;

/// A request that changes something, as "PATCH /foods/{id}/" of the OpenAPI document.
struct Change {
    std::string operation;
    std::function<HttpResponse(HttpClient& staff, const testkit::HeaderList& headers)> send;
    std::string kind;           ///< of what it changes; "" when the route does not say
    std::string before, after;  ///< "null" or "row"
};

class StaffChanges : public testing::TestWithParam<testkit::RestaurantConfig (*)()> {
protected:
    using Headers = testkit::HeaderList;

    /// An order of the dish, completed, and its rating.
    void serve_a_customer() {
        auto customer = restaurant.sign_up();
        expect_status(customer.client.post("/cart/", Json::object({{"food_id", dish}})), 201, "");
        const auto placed = expect_status(
            customer.client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})), 201,
            "order");
        order = placed.header("location");
        user = customer.id;
    }
    std::string rated() {
        auto customer = restaurant.sign_up();
        expect_status(customer.client.post("/cart/", Json::object({{"food_id", dish}})), 201, "");
        const std::string its =
            expect_status(
                customer.client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})),
                201, "order")
                .header("location");
        for (const char* status : {"confirmed", "preparing", "ready", "completed"})
            expect_status(chef.post(its + "status/", Json::object({{"status", status}})), 200, "");
        const auto rating = expect_status(
            customer.client.post(food() + "ratings/", Json::object({{"rating", 5}})), 201, "");
        return food() + "ratings/" + std::to_string(rating.json["id"].as_integer()) + "/";
    }
    /// The id of a dead letter.
    std::string dead_delivery(const std::string& key) {
        auto& outbox = restaurant.service<Outbox>();
        Delivery delivery;
        delivery.key = key;
        delivery.to = "ada@mail.example";
        EXPECT_TRUE(restaurant.service<Store>().transact(
            [&](Transaction& tx) { return outbox.enqueue(tx, "order-mails", delivery); }));
        std::string id;
        EXPECT_TRUE(testkit::wait_until([&] {
            const HttpResponse dead = chef.get("/admin/deliveries/?state=dead");
            if (dead.json["count"] == Json(0)) return false;
            id = std::to_string(dead.json["result"].as_array().front()["id"].as_integer());
            return true;
        }));
        return id;
    }
    std::string food() const { return "/foods/" + std::to_string(dish) + "/"; }

    std::vector<Change> changes();

    Restaurant restaurant{with_every_plugin(GetParam()(), {})};
    HttpClient chef = restaurant.admin();
    std::int64_t dish = restaurant.food("Jollof", 250'000, 10);
    std::string order, promotion;
    std::int64_t user = 0;
};

std::vector<Change> StaffChanges::changes() {
    const auto post = [](std::string path, Json body) {
        return [path = std::move(path), body = std::move(body)](HttpClient& c, const Headers& h) {
            return c.post(path, body, h);
        };
    };
    const auto plain = [](std::string method, std::string path) {
        return [method = std::move(method), path = std::move(path)](
                   HttpClient& c, const Headers& h) { return c.send(method, path, "", h); };
    };
    const auto upload = [this](HttpClient& c, Headers h) {
        h.emplace_back("Content-Type", "image/png");
        return c.send("POST", food() + "image/", images::samples::png(), h);
    };
    const auto import = [](HttpClient& c, Headers h) {
        h.emplace_back("Content-Type", "text/csv");
        return c.send("POST", "/foods/import/", "name,price,category\nEba,50000,swallow\n", h);
    };
    const Json draft =
        Json::object({{"name", "Amala"}, {"price", 90'000}, {"category", "swallow"}});
    return {
        {"POST /foods/", post("/foods/", draft), "food", "null", "row"},
        {"PATCH /foods/{id}/",
         [this](HttpClient& c, const Headers& h) {
             return c.patch(food(), Json::object({{"price", 260'000}}), h);
         },
         "food", "row", "row"},
        {"PUT /foods/{id}/",
         [this](HttpClient& c, Headers h) {
             h.emplace_back("If-Match", c.get(food()).header("etag"));
             return c.put(food(),
                          Json::object({{"name", "Jollof"},
                                        {"price", 270'000},
                                        {"category", "rice"},
                                        {"available_quantity", 20}}),
                          h);
         },
         "food", "row", "row"},
        {"POST /foods/{id}/stock/",
         post(food() + "stock/", Json::object({{"delta", 5}, {"reason", "cooked"}})), "food", "row",
         "row"},
        {"POST /foods/{id}/image/", upload, "image", "null", "row"},
        {"DELETE /foods/{id}/image/", plain("DELETE", food() + "image/"), "image", "row", "null"},
        {"POST /foods/import/", import, "", "null", "null"},
        {"POST /admin/promotions/",
         post("/admin/promotions/", Json::object({{"code", "TEN"}, {"basis_points", 1000}})),
         "promotion", "null", "row"},
        {"PATCH /admin/promotions/{id}/",
         [](HttpClient& c, const Headers& h) {
             return c.patch("/admin/promotions/1/", Json::object({{"max_uses", 5}}), h);
         },
         "promotion", "row", "row"},
        {"DELETE /admin/promotions/{id}/", plain("DELETE", "/admin/promotions/1/"), "promotion",
         "row", "row"},
        {"POST /oauth/clients/",
         post("/oauth/clients/",
              Json::object({{"name", "New"},
                            {"redirect_uris", Json::array({"https://new.example/back"})},
                            {"scopes", Json::array({"openid"})}})),
         "oauth_client", "null", "row"},
        {"DELETE /oauth/clients/{id}/",
         [](HttpClient& c, const Headers& h) {
             const Json clients = c.get("/oauth/clients/").json;
             return c.send("DELETE",
                           "/oauth/clients/" + clients.as_array().front()["id"].as_string() + "/",
                           "", h);
         },
         "oauth_client", "row", "null"},
        {"POST /store/pause/", post("/store/pause/", Json::object({{"reason", "no gas"}})), "pause",
         "null", "row"},
        {"DELETE /store/pause/", plain("DELETE", "/store/pause/"), "pause", "row", "null"},
        {"POST /orders/{id}/status/",
         post(order + "status/", Json::object({{"status", "confirmed"}})), "order", "row", "row"},
        {"POST /admin/deliveries/{id}/retry/",
         plain("POST", "/admin/deliveries/" + dead_delivery("x/1") + "/retry/"), "delivery", "row",
         "row"},
        {"POST /admin/mail/{id}/retry/",
         [this](HttpClient& c, const Headers& h) {
             return c.send("POST", "/admin/mail/" + dead_delivery("x/2") + "/retry/", "", h);
         },
         "delivery", "row", "row"},
        {"PATCH /users/{id}/",
         [this](HttpClient& c, const Headers& h) {
             return c.patch("/users/" + std::to_string(user) + "/",
                            Json::object({{"role", "kitchen"}}), h);
         },
         "user", "row", "row"},
        {"DELETE /foods/{id}/ratings/{rating_id}/", plain("DELETE", rated()), "rating", "row",
         "null"},
        {"DELETE /foods/{id}/", plain("DELETE", food()), "food", "row", "row"},
        {"POST /foods/{id}/restore/", plain("POST", food() + "restore/"), "food", "row", "row"},
    };
}

TEST_P(StaffChanges, EachIsInTheAuditLog) {
    serve_a_customer();
    const std::vector<Change> all = changes();
    std::vector<std::string> tried;
    for (const Change& change : all) tried.push_back(change.operation);
    std::vector<std::string> documented;
    const Json document = restaurant.client().get("/openapi.json").json;
    for (const auto& [path, item] : document["paths"].as_object())
        for (const auto& [method, operation] : item.as_object()) {
            if (method == "get" || !operation.has("x-roles")) continue;
            std::string name = method;
            for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
            documented.push_back(name + ' ' + path);
        }
    EXPECT_THAT(tried, UnorderedElementsAreArray(documented))
        << "a route for staff that this test does not know: add it to changes()";

    const Json chef_id = chef.get("/me/").json["id"];
    int count = 0;
    for (const Change& change : all) {
        SCOPED_TRACE(change.operation);
        const std::string id = "walk-" + std::to_string(++count);
        const HttpResponse done = change.send(chef, {{"X-Request-Id", id}});
        ASSERT_LT(done.status, 300) << done.body;
        const Json page = chef.get("/admin/audit/?request_id=" + id).json;
        ASSERT_EQ(page["count"], Json(1)) << page.dump();
        const Json& entry = page["result"].as_array().front();
        EXPECT_EQ(entry["user_id"], chef_id);
        EXPECT_EQ(entry["role"], Json("admin"));
        EXPECT_EQ(entry["action"], Json(change.operation));
        EXPECT_EQ(entry["address"], Json("127.0.0.1"));
        EXPECT_EQ(entry["kind"], change.kind.empty() ? Json() : Json(change.kind));
        EXPECT_EQ(entry["before"].is_null() ? "null" : "row", change.before) << entry.dump();
        EXPECT_EQ(entry["after"].is_null() ? "null" : "row", change.after) << entry.dump();
        EXPECT_NE(entry["kind"].is_null() ? Json("none") : entry["before"], entry["after"]);
    }
}

INSTANTIATE_TEST_SUITE_P(OnMemory, StaffChanges,
                         testing::Values(+[] { return testkit::RestaurantConfig(); }));
INSTANTIATE_TEST_SUITE_P(OnPostgres, StaffChanges,
                         testing::Values(+[] { return testkit::on_postgres(); }));

}  // namespace
}  // namespace kitchen::tests
