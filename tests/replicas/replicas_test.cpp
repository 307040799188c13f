// Three servers behind nginx, one PostgreSQL and one Redis: one after another dies, or is asked to
// go, while customers order.
//
// KITCHEN_REPLICA_SECONDS: how long servers are killed; 10 by default.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>

#include "customers.h"
#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/restaurant.h"
#include "nginx_front.h"

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

/// Three processes on one configuration, seen through nginx.
class Replicated final : public testkit::AnyRestaurant {
public:
    /// All start at once: which one migrates, and which makes the administrator, is a race.
    explicit Replicated(const RestaurantConfig& shared) : AnyRestaurant(shared) {
        RestaurantConfig own = shared;
        own.data = data();
        std::vector<std::uint16_t> ports;
        for (std::size_t i = 0; i < NginxFront::replicas; ++i) {
            ports.push_back(own.port = testkit::lasting_port());
            processes.push_back(std::make_unique<RestaurantProcess>(own));
        }
        for (const auto& process : processes) process->begin_start();
        for (const auto& process : processes) process->wait_until_it_serves();
        nginx_.emplace(ports, true);
    }
    std::uint16_t port() const override { return nginx_->port(); }
    HttpClient client() const override { return nginx_->client(); }

    std::vector<std::unique_ptr<RestaurantProcess>> processes;

private:
    std::optional<NginxFront> nginx_;
};

/// As in config/production.yaml; `notice` is shorter, and still longer than nginx keeps idle
/// connections.
RestaurantConfig production(const testkit::PostgresDatabase& database) {
    RestaurantConfig config = testkit::on_redis(testkit::on_postgres(database));
    config.server =
        "trusted_proxies: [127.0.0.1], limits: {connections_per_address: 0}, timeouts: {notice: "
        "4s}";
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    config.outbox = "";
    config.order_mails = "";
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

    /// What customers were told is what is in the books.
    void expect_right_books() {
        customers->end();
        const auto acknowledged = customers->acknowledged();
        std::map<std::string, std::int64_t> kept;
        std::istringstream rows(
            database.sql("SELECT idempotency_key, order_id FROM order_idempotency"));
        for (std::string row; std::getline(rows, row);)
            kept[row.substr(0, row.find('|'))] = std::stoll(row.substr(row.find('|') + 1));
        EXPECT_EQ(kept, acknowledged) << "each key is one order, the acknowledged one";
        std::set<std::int64_t> there, ids;
        std::istringstream lines(database.sql("SELECT id FROM orders"));
        for (std::int64_t id; lines >> id;) there.insert(id);
        std::int64_t lost = 0;
        for (const auto& [key, id] : acknowledged) {
            ids.insert(id);
            lost += !there.contains(id);
        }
        const auto orders = static_cast<std::int64_t>(there.size());
        const std::int64_t sold = number("SELECT coalesce(sum(quantity), 0) FROM order_items");
        const std::int64_t left =
            number("SELECT available_quantity FROM foods WHERE id = " + std::to_string(dish));
        const std::int64_t events = number("SELECT count(*) FROM order_history");
        const std::int64_t doubled = orders - static_cast<std::int64_t>(ids.size());
        std::cout << customers->summary() << "\n"
                  << lost << " lost, " << doubled << " doubled; stock " << stock << " - " << sold
                  << " sold = " << left << "\n";
        EXPECT_EQ(lost, 0);
        EXPECT_EQ(ids.size(), acknowledged.size()) << "two keys, one order";
        EXPECT_EQ(doubled, 0) << "an order that no customer was told of";

        EXPECT_TRUE(testkit::wait_until([&] {
            return number("SELECT count(*) FROM events WHERE position IS NULL") == 0 &&
                   number(
                       "SELECT count(*) FROM event_subscribers s JOIN event_head h ON "
                       "s.position < h.position") == 0;
        })) << "the subscribers are up to date";
        EXPECT_EQ(number("SELECT coalesce(sum(points), 0) FROM loyalty_points"),
                  number("SELECT coalesce(sum(total / 10000), 0) FROM orders WHERE status <> "
                         "'cancelled'"))
            << "each order earns its points once";
        EXPECT_EQ(restaurant.broken_data(), "[]");
        EXPECT_EQ(left, stock - sold);
        EXPECT_EQ(number("SELECT count(*) FROM foods WHERE available_quantity < 0"), 0);
        EXPECT_EQ(events, orders) << "placed, and nothing else";
        EXPECT_EQ(
            number("SELECT count(*) FROM outbox_deliveries WHERE delivery_key LIKE 'orders/%'"),
            events);
        EXPECT_EQ(
            number(
                "SELECT count(*) FROM order_history h JOIN outbox_deliveries m ON m.delivery_key = "
                "'orders/' || h.order_id || '/' || h.version"),
            events);
    }

    testkit::PostgresDatabase database;
    Replicated restaurant{production(database)};
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
