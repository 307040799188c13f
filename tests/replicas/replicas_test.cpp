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
#include "kitchen/testkit/redis_server.h"
#include "restaurant.h"

namespace kitchen::tests {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::int64_t stock = 1'000'000;
constexpr auto between_kills = std::chrono::seconds(3);

std::chrono::seconds wanted_seconds() {
    const char* wanted = std::getenv("KITCHEN_REPLICA_SECONDS");
    return std::chrono::seconds(wanted && *wanted ? std::atoi(wanted) : 10);
}

class Replicas : public testing::Test {
protected:
    void SetUp() override {
        // All at once: who migrates, and who makes the administrator, is a race.
        for (std::size_t i = 0; i < NginxFront::replicas; ++i) {
            // As in config/production.yaml; `notice` is shorter, and still longer than nginx keeps
            // idle connections.
            replicas.push_back(std::make_unique<Restaurant>(
                shared(), RestaurantOptions{
                              .port = testkit::lasting_port(),
                              .auth_key = "one-key-of-all-replicas-of-this-test",
                              .server = "trusted_proxies: [127.0.0.1], limits: "
                                        "{connections_per_address: 0}, timeouts: {notice: 4s}"}));
            replicas.back()->begin_start();
        }
        std::vector<std::uint16_t> ports;
        for (const auto& replica : replicas) {
            replica->wait_until_it_serves();
            ports.push_back(replica->port());
        }
        nginx = std::make_unique<NginxFront>(ports);

        HttpClient admin = nginx->client();
        admin.basic("chef@kitchen.example", KitchenServer::password);
        const HttpAnswer made =
            admin.post("/foods/", Json::object({{"name", "Jollof"},
                                                {"description", "Freshly made"},
                                                {"price", 250'000},
                                                {"category", "Mains"},
                                                {"available_quantity", stock}}));
        ASSERT_EQ(made.status, 201) << made.body;
        dish = made.json["id"].as_integer();
        std::vector<HttpClient> clients, visitors;
        for (int i = 0; i < 6; ++i) clients.push_back(customer(i));
        for (int i = 0; i < 2; ++i) visitors.push_back(nginx->client());
        customers.emplace(std::move(clients), std::move(visitors), dish);
    }

    /// With more patience than a customer has: what is proved does not depend on how busy the
    /// machine is.
    Backends shared() const {
        return {"",
                "  - {id: store-postgres, config: {url: '" + database.url() +
                    "', pool_size: 10, pool_timeout: 2m, statement_timeout: 1m, "
                    "lock_timeout: 1m, retry_time: 1m}}\n",
                "  - {id: cache-redis, config: {url: '" + redis.url() +
                    "', connect_timeout: 30s, command_timeout: 30s}}\n"};
    }

    HttpClient customer(int number) {
        const std::string email = "customer" + std::to_string(number) + "@mail.example";
        HttpClient client = nginx->client();
        const HttpAnswer signup = client.post(
            "/signup/", Json::object({{"email", email},
                                      {"phone_number", "0803" + std::to_string(1'000'000 + number)},
                                      {"password", KitchenServer::password}}));
        EXPECT_EQ(signup.status, 200) << signup.body;
        std::vector<std::filesystem::path> mails;
        for (const auto& replica : replicas) mails.push_back(replica->mail_directory());
        EXPECT_EQ(
            client.post("/verify/", Json::object({{"otp", testkit::code_in_mail_to(email, mails)}}))
                .status,
            200);
        const HttpAnswer login = client.post(
            "/login/", Json::object({{"email", email}, {"password", KitchenServer::password}}));
        EXPECT_EQ(login.status, 200) << login.body;
        client.bearer(login.json["access_token"].as_string());
        return client;
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
        EXPECT_EQ(doubled, 0) << "an order that nobody was told of";
        EXPECT_EQ(left, stock - sold);
        EXPECT_EQ(number("SELECT count(*) FROM foods WHERE available_quantity < 0"), 0);
        EXPECT_EQ(events, orders) << "placed, and nothing else";
        EXPECT_EQ(number("SELECT count(*) FROM outbox_mails WHERE mail_key LIKE 'order/%'"),
                  events);
        EXPECT_EQ(number("SELECT count(*) FROM order_history h JOIN outbox_mails m ON m.mail_key = "
                         "'order/' || h.order_id || '/' || h.version"),
                  events);
    }

    testkit::PostgresDatabase database;
    testkit::RedisServer redis;
    std::vector<std::unique_ptr<Restaurant>> replicas;
    std::unique_ptr<NginxFront> nginx;
    std::int64_t dish = 0;
    std::optional<Customers> customers;  // last: they end first
};

TEST_F(Replicas, OneIsKilledEveryThreeSecondsAndNoOrderIsLostOrDoubled) {
    ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    const auto end = SteadyClock::now() + wanted_seconds();
    auto next = SteadyClock::now();
    int kills = 0;
    while (SteadyClock::now() < end) {
        Restaurant& victim = *replicas[static_cast<std::size_t>(kills) % replicas.size()];
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

TEST_F(Replicas, OneAfterAnotherIsAskedToGoAndNobodyNotices) {
    ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    for (const auto& replica : replicas) {
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
