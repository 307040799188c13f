// Three servers behind nginx, one PostgreSQL and one Redis: one after another dies, or is asked to
// go, while customers order.
//
// KITCHEN_REPLICA_SECONDS: how long servers are killed; 10 by default.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "books.h"
#include "customers.h"
#include "replicated.h"

namespace kitchen::tests {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RestaurantConfig;
using testkit::RestaurantProcess;
using SteadyClock = std::chrono::steady_clock;

constexpr std::int64_t stock = 1'000'000;
constexpr auto between_kills = std::chrono::seconds(3);

std::chrono::seconds wanted_seconds() {
    const char* wanted = std::getenv("KITCHEN_REPLICA_SECONDS");
    return std::chrono::seconds(wanted && *wanted ? std::atoi(wanted) : 10);
}

RestaurantConfig with_loyalty(const testkit::PostgresDatabase& database) {
    RestaurantConfig config = production(database);
    config.plugins.push_back("{id: loyalty, path: " KITCHEN_LOYALTY "}");
    return config;
}

class Replicas : public testing::Test {
protected:
    Replicas() {
        std::vector<HttpClient> clients, visitors;
        for (int i = 0; i < 6; ++i) clients.push_back(restaurant.customer());
        for (int i = 0; i < 2; ++i) visitors.push_back(restaurant.client());
        customers.emplace(std::move(clients), std::move(visitors), dish);
    }

    std::int64_t number(const std::string& statement) const {
        return std::stoll(database.sql(statement));
    }

    void expect_right_books() {
        tests::expect_right_books(database, restaurant, *customers, dish, stock);
        EXPECT_EQ(number("SELECT coalesce(sum(points), 0) FROM loyalty_points"),
                  number("SELECT coalesce(sum(total / 10000), 0) FROM orders WHERE status <> "
                         "'cancelled'"))
            << "each order earns its points once";
    }

    testkit::PostgresDatabase database;
    Replicated restaurant{with_loyalty(database)};
    const std::int64_t dish = restaurant.food("Jollof", 250'000, stock);
    std::optional<Customers> customers;  // last: they end first
};

TEST_F(Replicas, OneIsKilledEveryThreeSecondsAndNoOrderIsLostOrDoubled) {
    ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    const auto end = SteadyClock::now() + wanted_seconds();
    auto next = SteadyClock::now();
    int kills = 0;
    while (SteadyClock::now() < end) {
        RestaurantProcess& victim =
            *restaurant.processes[static_cast<std::size_t>(kills) % NginxFront::replicas];
        victim.kill();
        victim.start();
        ++kills;
        std::this_thread::sleep_until(
            next += between_kills);  // the pace of the scenario: nothing is waited for
    }
    ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    std::cout << kills << " kills in " << wanted_seconds().count() << " s: ";
    expect_right_books();
    // An order is repeated by nginx, a menu too; what is left are carts in the hands of the one
    // that died.
    EXPECT_LT(customers->errors(), kills * 6 + 1) << "at most what each customer had under way";
}

TEST_F(Replicas, OneAfterAnotherIsAskedToGoAndNoCustomerNotices) {
    ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    for (const auto& replica : restaurant.processes) {
        EXPECT_EQ(replica->terminate(), 0) << replica->output();
        replica->start();
        ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    }
    std::cout << "3 restarts: ";
    expect_right_books();
    EXPECT_EQ(customers->errors(), 0) << customers->summary();
}

}  // namespace
}  // namespace kitchen::tests
