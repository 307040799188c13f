// The audit log over a real socket, and its command beside the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/store.h"
#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::audit {
namespace {

using testing::HasSubstr;
using testing::Not;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::Restaurant;
using testkit::RestaurantConfig;
using testkit::RestaurantProcess;

RestaurantConfig audited(RestaurantConfig config = {}) {
    config.plugins = {"{id: audit}"};
    return config;
}

/// The newest entry that matches.
Json entry(HttpClient& admin, const std::string& query) {
    const auto page = expect_status(admin.get("/admin/audit/" + query), 200, query);
    return page.json["result"].as_array().empty() ? Json() : page.json["result"].as_array().front();
}

struct Ran {
    int code;
    std::string output;
};
Ran run(const RestaurantProcess& restaurant, const std::vector<std::string>& arguments,
        const std::string& input = "") {
    std::vector<std::string> command = {testkit::built_executable()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.begin() + 2, {"--config", restaurant.config_file().string()});
    testkit::ChildProcessOptions options;
    options.input = input;
    options.environment = {{"DATA", restaurant.data().string()}, {"PORT", "0"}};
    testkit::ChildProcess process(std::move(command), std::move(options));
    const int code = process.wait();
    return {code, process.output()};
}

}  // namespace

TEST(AuditApi, AnEntrySaysWhatItWasBeforeAndAfter) {
    Restaurant restaurant(audited());
    HttpClient chef = restaurant.admin();
    const std::int64_t dish = restaurant.food("Jollof", 250'000);
    const std::string path = "/foods/" + std::to_string(dish) + "/";
    expect_status(chef.patch(path, Json::object({{"price", 260'000}})), 200, "price");
    const Json changed = entry(chef, "?kind=food&object_id=" + std::to_string(dish));
    EXPECT_EQ(changed["action"], Json("PATCH /foods/{id}/"));
    EXPECT_EQ(changed["path"], Json("/foods/" + std::to_string(dish)));
    EXPECT_EQ(changed["before"]["price"], Json(250'000));
    EXPECT_EQ(changed["after"]["price"], Json(260'000));
    EXPECT_EQ(changed["request"].dump(), R"({"price":260000})");
    // What changes nothing, is refused, or only reads leaves none.
    const Json count = chef.get("/admin/audit/").json["total_count"];
    expect_status(chef.patch(path, Json::object({{"price", 260'000}})), 200, "the same");
    expect_status(chef.patch(path, Json::object({{"price", -1}})), 422, "refused");
    expect_status(chef.patch("/foods/999/", Json::object({{"price", 1}})), 404, "unknown");
    expect_status(chef.get("/users/"), 200, "read");
    EXPECT_EQ(chef.get("/admin/audit/").json["total_count"], count);
}

TEST(AuditApi, RecordsStaffOnAnyRouteAndNoCustomer) {
    Restaurant restaurant(audited());
    HttpClient chef = restaurant.admin(), cook = restaurant.kitchen_staff();
    auto ada = restaurant.sign_up();
    const std::int64_t dish = restaurant.food("Jollof", 250'000);
    const Json count = chef.get("/admin/audit/").json["total_count"];
    expect_status(ada.client.post("/cart/", Json::object({{"food_id", dish}})), 201, "cart");
    const std::string order =
        expect_status(ada.client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})),
                      201, "order")
            .header("location");
    EXPECT_EQ(chef.get("/admin/audit/").json["total_count"], count);
    expect_status(cook.post(order + "cancel/", Json::object({{"reason", "no gas"}})), 200, "cook");
    const Json cancelled = entry(chef, "?kind=order");
    EXPECT_EQ(cancelled["role"], Json("kitchen"));
    EXPECT_EQ(cancelled["user_id"], cook.get("/me/").json["id"]);
    EXPECT_EQ(cancelled["before"]["status"], Json("pending"));
    EXPECT_EQ(cancelled["after"]["status"], Json("cancelled"));
    expect_status(cook.get("/admin/audit/"), 403, "for administrators");
    expect_status(ada.client.get("/admin/audit/"), 403, "for administrators");
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"})
        EXPECT_EQ(chef.send(method, "/admin/audit/").status, 405) << method;
}

TEST(AuditApi, NamesTheClientThatActedForTheUser) {
    RestaurantConfig config = audited();
    config.plugins.emplace_back(
        "{id: oidc-provider, config: {clients: {till: {name: Till, secret: 'a secret of 32 "
        "characters or more', account_id: 1, scopes: [admin]}}}}");
    Restaurant restaurant(config);
    HttpClient chef = restaurant.admin(), till = restaurant.client();
    const std::int64_t dish = restaurant.food("Jollof", 250'000);
    const std::string of_dish = "?kind=food&object_id=" + std::to_string(dish);
    EXPECT_TRUE(entry(chef, of_dish)["client_id"].is_null());
    const auto tokens = till.send("POST", "/oauth/token",
                                  "grant_type=client_credentials&client_id=till&client_secret=a+"
                                  "secret+of+32+characters+or+more",
                                  {{"Content-Type", "application/x-www-form-urlencoded"}});
    till.bearer(expect_status(tokens, 200, "tokens").json["access_token"].as_string());
    expect_status(
        till.patch("/foods/" + std::to_string(dish) + "/", Json::object({{"price", 260'000}})), 200,
        "price");
    const Json changed = entry(chef, of_dish);
    EXPECT_EQ(changed["client_id"], Json("till"));
    EXPECT_EQ(changed["user_id"], Json(1));
}

TEST(AuditApi, MasksSecrets) {
    Restaurant restaurant(audited());
    HttpClient chef = restaurant.admin();
    const std::string secret = "another-Sw0rdfish";
    expect_status(chef.patch("/me/", Json::object({{"current_password", Restaurant::password},
                                                   {"password", secret}})),
                  200, "password");
    HttpClient again(restaurant.port());
    again.basic(Restaurant::admin_email, secret);
    const auto page = expect_status(again.get("/admin/audit/"), 200, "log");
    EXPECT_THAT(page.body, Not(HasSubstr(secret)));
    EXPECT_THAT(page.body, Not(HasSubstr(Restaurant::password)));
    EXPECT_EQ(page.json["result"].as_array().front()["request"].dump(),
              R"({"current_password":"***","password":"***"})");
}

TEST(AuditApi, IsFilteredAndPaged) {
    Restaurant restaurant(audited());
    HttpClient chef = restaurant.admin(), cook = restaurant.kitchen_staff();
    const std::int64_t dish = restaurant.food("Jollof", 250'000, 5);
    const std::string stock = "/foods/" + std::to_string(dish) + "/stock/";
    for (int i = 0; i < 3; ++i)
        expect_status(cook.post(stock, Json::object({{"delta", 1}, {"reason", "cooked"}})), 200,
                      "");
    const auto count = [&](const std::string& query) {
        return expect_status(chef.get("/admin/audit/?" + query), 200, query)
            .json["total_count"]
            .as_integer();
    };
    const std::string cook_id = std::to_string(cook.get("/me/").json["id"].as_integer());
    EXPECT_EQ(count("user_id=" + cook_id), 3);
    EXPECT_EQ(count("kind=food"), 4);
    EXPECT_EQ(count("kind=food&object_id=" + std::to_string(dish)), 4);
    EXPECT_EQ(count("kind=food&object_id=99999"), 0);
    EXPECT_EQ(count("kind=food&user_id=" + cook_id), 3);
    EXPECT_EQ(count("action=POST%20/foods/"), 1);
    EXPECT_EQ(count("from=2100-01-01T00:00:00Z"), 0);
    EXPECT_EQ(count("to=2000-01-01T00:00:00Z"), 0);
    EXPECT_EQ(count("from=2000-01-01T00:00:00Z&kind=food"), 4);
    const Json page = chef.get("/admin/audit/?kind=food&limit=1&offset=1").json;
    EXPECT_EQ(page["count"], Json(1));
    EXPECT_EQ(page["total_count"], Json(4));
    EXPECT_EQ(chef.get("/admin/audit/?object_id=1").status, 422);
    EXPECT_EQ(chef.get("/admin/audit/?colour=1").status, 422);
}

TEST(AuditCommands, LeaveAnEntryAndFindWhatWasTamperedWith) {
    RestaurantProcess restaurant(audited(testkit::on_sqlite()));
    restaurant.start();
    const Ran made = run(
        restaurant, {"create-admin", "--email", "ngozi@kitchen.example", "--phone", "08030000099"},
        "a-long-admin-password\n");
    ASSERT_EQ(made.code, 0) << made.output;
    HttpClient chef = restaurant.admin();
    const Json entry = audit::entry(chef, "?action=create-admin");
    EXPECT_TRUE(entry["user_id"].is_null());
    EXPECT_EQ(entry["role"], Json("command line"));
    EXPECT_EQ(entry["request"].dump(),
              R"({"email":"ngozi@kitchen.example","phone":"08030000099"})");
    EXPECT_THAT(entry.dump(), Not(HasSubstr("a-long-admin-password")));
    restaurant.food("Jollof", 250'000);
    ASSERT_TRUE(testkit::wait_until([&] {
        return chef.get("/admin/audit/").json["result"].as_array().front()["position"].is_integer();
    })) << "the running server chains";

    const Ran whole = run(restaurant, {"verify-audit"});
    EXPECT_EQ(whole.code, 0) << whole.output;
    EXPECT_THAT(whole.output, HasSubstr(" 0 are not chained yet; the last one is "));
    EXPECT_EQ(run(restaurant, {"verify-audit", "--since", "nonsense"}).code, 1);
    restaurant.terminate();
    {
        RestaurantConfig same = restaurant.config();
        same.data = restaurant.data();
        Restaurant inside(same);
        auto& store = inside.service<Store>();
        const Statement forge = store.prepare("UPDATE audit_entries SET role = 'kitchen'");
        ASSERT_TRUE(store.transact([&](Transaction& tx) { return tx.execute(forge); }));
    }
    const Ran broken = run(restaurant, {"verify-audit"});
    EXPECT_EQ(broken.code, 1);
    EXPECT_THAT(broken.output, HasSubstr("entry 1: not as it was chained"));
}

}  // namespace kitchen::audit
