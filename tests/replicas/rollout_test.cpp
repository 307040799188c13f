// A new version goes out, back and out again, one server after another, while customers order; and
// what it takes away goes when no server needs it.
#include <filesystem>

#include "books.h"
#include "replicated.h"

#include <gtest/gtest.h>

namespace kitchen::tests {
namespace {

constexpr std::int64_t portions_there = 1'000'000;

class Rollout : public testing::Test {
protected:
    Rollout() {
        std::vector<testkit::HttpClient> clients, visitors;
        for (int i = 0; i < 4; ++i) clients.push_back(restaurant->customer());
        for (int i = 0; i < 2; ++i) visitors.push_back(restaurant->client());
        customers.emplace(std::move(clients), std::move(visitors), dish);
    }

    testkit::RestaurantConfig first_version() {
        install(1);
        testkit::RestaurantConfig config = production(database);
        config.data = folder.path();
        config.plugins.push_back("{id: stamps, path: '${DATA}/stamps.so'}");
        return config;
    }
    /// For the next start of any.
    void install(int version) {
        const std::filesystem::path next = folder.path() / "next";
        std::filesystem::create_symlink(KITCHEN_STAMPS + std::to_string(version) + ".so", next);
        std::filesystem::rename(next, folder.path() / "stamps.so");
    }
    void restart(std::size_t replica, int version) {
        EXPECT_EQ(restaurant->processes[replica]->terminate(), 0)
            << restaurant->processes[replica]->output();
        install(version);
        restaurant->processes[replica]->start();
        EXPECT_TRUE(customers->wait_for_orders(5)) << customers->summary();
    }
    /// It is down already.
    void expect_refused(std::size_t replica, int version, const std::string& why) {
        install(version);
        testkit::RestaurantProcess& server = *restaurant->processes[replica];
        server.begin_start();
        EXPECT_NE(server.process().wait(), 0);
        EXPECT_NE(server.output().find(why), std::string::npos) << server.output();
    }

    const testkit::TemporaryDirectory folder;
    testkit::PostgresDatabase database;
    std::optional<Replicated> restaurant{first_version()};
    const std::int64_t dish = restaurant->food("Jollof", 250'000, portions_there);
    std::optional<Customers> customers;  // last: they end first
};

TEST_F(Rollout, ForthAndBackAndForthAndNoCustomerNotices) {
    ASSERT_TRUE(customers->wait_for_orders(5)) << customers->summary();
    for (std::size_t i : {0, 1, 2}) restart(i, 2);
    restart(0, 1);  // in a database that the newer version has expanded

    EXPECT_EQ(restaurant->processes[1]->terminate(), 0);
    expect_refused(1, 3, "takes away what an older version needs, and 1 such");
    install(2);
    restaurant->processes[1]->start();
    restart(0, 2);

    for (std::size_t i : {0, 1, 2}) restart(i, 3);
    EXPECT_EQ(database.sql("SELECT count(*) FROM information_schema.columns WHERE table_name = "
                           "'stamps' AND column_name = 'worth'"),
              "0");
    EXPECT_EQ(restaurant->processes[2]->terminate(), 0);
    expect_refused(2, 1, "install the newer version");

    EXPECT_EQ(customers->errors(), 0) << customers->summary();
    expect_right_books(database, *restaurant, *customers, dish, portions_there);
    EXPECT_EQ(customers->errors(), 0) << customers->summary();
}

}  // namespace
}  // namespace kitchen::tests
