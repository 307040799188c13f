// Orders a second on a PostgreSQL server of its own, and how often a transaction had to run again.
//
//     ordering_bench [SECONDS [ROUNDS [STORE_CONFIG...]]]
//
// STORE_CONFIG is further configuration of store-postgres in flow style ("pool_size: 20"). Several
// are measured in turns, so that a change of the machine's load meets all of them.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/restaurant.h"

namespace {

using namespace kitchen;
using namespace kitchen::testkit;

struct Outcome {
    double orders = 0;   ///< a second
    double repeats = 0;  ///< transactions that ran again, for each order
    int refused = 0;     ///< responses with 503
};

/// Each customer fills the cart and orders, again and again, and insists after a 503.
Outcome measure(RestaurantProcess& restaurant, const std::vector<std::string>& tokens,
                const std::vector<std::int64_t>& foods, std::chrono::seconds length) {
    constexpr const char* repeats =
        "kitchen_store_repeats_total{operation=\"transact\",provider=\"store-postgres\"}";
    const double repeats_before = restaurant.metric(repeats);
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<bool> over{false};
    std::atomic<int> orders{0}, refused{0};
    std::vector<std::thread> customers;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        customers.emplace_back([&, i] {
            HttpClient client = restaurant.client();
            client.bearer(tokens[i]);
            for (std::size_t n = i; !over; ++n) {
                const Json line = Json::object({{"food_id", foods[n * 7 % foods.size()]}});
                const Json order = Json::object({{"fulfillment_type", "pickup"}});
                refused += client.post("/cart/", line).status == 503;
                const int status = client.post("/orders/", order).status;
                orders += status == 201;
                refused += status == 503;
            }
        });
    std::this_thread::sleep_for(length);
    over = true;
    for (std::thread& customer : customers) customer.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return {orders / took.count(),
            (restaurant.metric(repeats) - repeats_before) / std::max(orders.load(), 1), refused};
}

struct Contestant {
    std::string config;
    std::unique_ptr<testkit::PostgresDatabase> database;
    std::unique_ptr<RestaurantProcess> restaurant;
    std::vector<std::string> tokens;
    std::vector<std::int64_t> foods;
};

}  // namespace

int main(int count, char** arguments) {
    const std::chrono::seconds length(count > 1 ? std::atoi(arguments[1]) : 5);
    const int rounds = count > 2 ? std::atoi(arguments[2]) : 3;
    std::vector<std::string> configs(arguments + std::min(count, 3), arguments + count);
    if (configs.empty()) configs.emplace_back();

    testkit::PostgresServer postgres({.settings = {}, .durable = true});
    std::vector<Contestant> contestants;
    for (const std::string& config : configs) {
        Contestant& one = contestants.emplace_back();
        one.config = config;
        one.database = std::make_unique<testkit::PostgresDatabase>(postgres);
        one.restaurant = std::make_unique<RestaurantProcess>(
            RestaurantConfig{.store = "{id: store-postgres, config: {url: '" + one.database->url() +
                                      "'" + (config.empty() ? "" : ", " + config) + "}}",
                             .outbox = "",
                             .order_mails = ""});
        one.restaurant->start();
        one.tokens = one.restaurant->tokens(32);
        for (int i = 0; i < 50; ++i)
            one.foods.push_back(
                one.restaurant->food("Dish " + std::to_string(i), 250'000, 1'000'000));
    }
    for (const std::size_t menu : {std::size_t{50}, std::size_t{1}})
        for (const std::size_t clients : {std::size_t{1}, std::size_t{8}, std::size_t{32}})
            for (int round = 0; round < rounds; ++round)
                for (Contestant& one : contestants) {
                    const Outcome outcome =
                        measure(*one.restaurant, {one.tokens.begin(), one.tokens.begin() + clients},
                                {one.foods.begin(), one.foods.begin() + menu}, length);
                    std::printf(
                        "%2zu dishes, %2zu clients: %6.1f orders/s, %5.2f repeats an order, "
                        "%d refused  %s\n",
                        menu, clients, outcome.orders, outcome.repeats, outcome.refused,
                        one.config.c_str());
                    std::fflush(stdout);
                }
}
