// The configurations that ship, and what survives a restart.
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "api.h"

#include "kitchen/testkit/build_paths.h"

namespace kitchen::tests {
namespace {

std::string shipped(const std::string& name) {
    std::ifstream in(testkit::source_dir() + "/config/" + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST(ShippedConfiguration, DefaultServesTheDemoMenuAndKeepsIt) {
    testkit::TemporaryDirectory data;
    testkit::TestKernelOptions options;
    options.environment = {{"KITCHEN_DATA", data.path().string()}};
    std::int64_t dishes = 0;
    {
        testkit::TestKernel kernel(shipped("default.yaml"), options);
        dishes = kernel.client().get("/foods/").json["total_count"].as_integer();
        EXPECT_GE(dishes, 40);
        EXPECT_EQ(kernel.client().get("/health/").json["status"].as_string(), "ok");
    }
    testkit::TestKernel again(shipped("default.yaml"), options);
    EXPECT_EQ(again.client().get("/foods/").json["total_count"].as_integer(), dishes);
}

TEST(ShippedConfiguration, TestTakesItsAdministratorFromTheEnvironment) {
    testkit::TemporaryDirectory data;
    testkit::TestKernelOptions options;
    options.environment = {{"KITCHEN_DATA", data.path().string()},
                           {"KITCHEN_ADMIN_EMAIL", "boss@kitchen.example"},
                           {"KITCHEN_ADMIN_PHONE", "08030000001"},
                           {"KITCHEN_ADMIN_PASSWORD", Restaurant::password}};
    testkit::TestKernel kernel(shipped("test.yaml"), options);
    HttpClient boss = kernel.client();
    boss.basic("boss@kitchen.example", Restaurant::password);
    EXPECT_EQ(boss.get("/admin/plugins/").status, 200);
    EXPECT_EQ(boss.get("/me/").json["role"].as_string(), "admin");
}

// A suite of a client signs up hundreds from one address, many at once.
TEST(ShippedConfiguration, TestHasNoLimitsAndRoomToWait) {
    testkit::TemporaryDirectory data;
    testkit::TestKernelOptions options;
    options.environment = {{"KITCHEN_DATA", data.path().string()}};
    testkit::TestKernel kernel(shipped("test.yaml"), options);
    std::mutex mutex;
    std::map<int, int> statuses;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 40; ++t)
            threads.emplace_back([&, t] {
                HttpClient client = kernel.client();
                for (int i = 0; i < 10; ++i) {
                    const std::string who = std::to_string(10 * t + i);
                    const int status =
                        client
                            .post("/signup/",
                                  Json::object({{"email", who + "@example.com"},
                                                {"phone_number",
                                                 "0803" + std::string(7 - who.size(), '0') + who},
                                                {"password", Restaurant::password}}))
                            .status;
                    const std::lock_guard lock(mutex);
                    ++statuses[status];
                }
            });
    }
    EXPECT_EQ(statuses, (std::map<int, int>{{200, 400}}));
    HttpClient client = kernel.client();
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(client.basic("nobody@example.com", "wrong").get("/me/").status, 401);
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(client
                      .post("/signup/", Json::object({{"email", "again@example.com"},
                                                      {"phone_number", "08039000000"},
                                                      {"password", Restaurant::password}}))
                      .status,
                  200);
}

TEST(Restart, EverythingAcknowledgedIsStillThere) {
    Restaurant server(testkit::on_sqlite());
    const auto soup = server.food("Banga soup", 350'000, 9);
    HttpClient customer = server.customer();
    const std::string id = std::to_string(customer.get("/me/").json["id"].as_integer());
    ASSERT_EQ(customer.post("/cart/", Json::object({{"food_id", soup}})).status, 201);
    const HttpResponse placed = customer.post(
        "/orders/", Json::object({{"fulfillment_type", "pickup"}}), {{"Idempotency-Key", "k"}});
    ASSERT_EQ(placed.status, 201);
    server.restart();
    HttpClient back = server.client();
    back.basic(id, Restaurant::password);
    EXPECT_EQ(back.get(placed.header("location")).status, 200);
    EXPECT_EQ(server.stock_of(soup), 8);
    const HttpResponse replayed = back.post(
        "/orders/", Json::object({{"fulfillment_type", "pickup"}}), {{"Idempotency-Key", "k"}});
    EXPECT_EQ(replayed.status, 201);
    EXPECT_EQ(replayed.header("idempotent-replayed"), "true");
}

}  // namespace kitchen::tests
