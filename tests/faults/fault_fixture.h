// A restaurant with customers who order while a test breaks something.
#pragma once

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/restaurant.h"
#include "ordering_load.h"
#include "sqlite_query.h"

namespace kitchen::tests {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RestaurantConfig;
using testkit::RestaurantProcess;
using testkit::TemporaryDirectory;

/// Length of a scenario that repeats itself.
inline std::chrono::seconds fault_seconds() {
    const char* wanted = std::getenv("KITCHEN_FAULT_SECONDS");
    return std::chrono::seconds(wanted && *wanted ? std::atoi(wanted) : 2);
}

class FaultTest : public testing::Test {
protected:
    /// Starts it, makes two foods (one that runs out) and customers who begin to order, and waits
    /// until they do.
    void open(RestaurantConfig config) {
        server = process(std::move(config));
        server->start();
        const std::int64_t plenty = 100'000, few = 30;
        const std::map<std::int64_t, std::int64_t> stock = {
            {server->food("Jollof", 250'000, plenty), plenty},
            {server->food("Suya", 250'000, few), few}};
        load = std::make_unique<OrderingLoad>([this] { return server->port(); }, server->tokens(4),
                                              stock);
        load->begin();
        ASSERT_TRUE(load->wait_for_orders()) << load->summary() << server->output();
    }
    /// `keys`: further ones of the store.
    void open_on_sqlite(RestaurantConfig config = {}, const std::string& keys = {}) {
        config.store = "{id: store-sqlite, config: {path: '${DATA}/kitchen.db'" +
                       (keys.empty() ? "" : ", " + keys) + "}}";
        open(std::move(config));
        ask_sqlite(server->data() / "kitchen.db");
    }
    void open_on_postgres(testkit::PostgresServerOptions with = {}) {
        start_postgres(std::move(with));
        open(impatient_postgres(postgres->port()));
    }
    /// Not started. Orders are mailed.
    static std::unique_ptr<RestaurantProcess> process(RestaurantConfig config) {
        if (!config.outbox) config.outbox = "";
        config.plugins.push_back("{id: loyalty, path: " KITCHEN_LOYALTY "}");
        config.order_mails = "";
        return std::make_unique<RestaurantProcess>(std::move(config));
    }
    /// A database server of this test alone, which it may break.
    void start_postgres(testkit::PostgresServerOptions with = {}) {
        postgres.emplace(std::move(with));
        postgres->sql("CREATE DATABASE kitchen");
        sql = [this](const std::string& statement) { return postgres->sql(statement, "kitchen"); };
    }
    void ask_sqlite(const std::filesystem::path& file) {
        sql = [file](const std::string& statement) { return sqlite_query(file, statement); };
    }
    /// What breaks is noticed soon. `keys`: further ones of the store.
    static RestaurantConfig impatient_postgres(std::uint16_t port, const std::string& keys = {}) {
        return {
            .store =
                "{id: store-postgres, config: {url: '" +
                testkit::PostgresServer::url_on(port, "kitchen") +
                "', pool_timeout: 1s, connect_timeout: 2s, statement_timeout: 1s, retry_time: 1s" +
                (keys.empty() ? "" : ", " + keys) + "}}"};
    }
    /// Waits for the next order, and notes how long that took since the fault was over.
    void expect_next_order(
        std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now()) {
        EXPECT_TRUE(load->wait_for_orders(1)) << load->summary() << server->output();
        recoveries_.push_back(millis_since(begin));
    }
    static std::int64_t millis_since(std::chrono::steady_clock::time_point begin) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - begin)
            .count();
    }
    /// The same, and the books are right.
    void expect_recovery() {
        expect_next_order();
        EXPECT_TRUE(load->wait_for_orders()) << load->summary() << server->output();
        EXPECT_TRUE(server->wait_for_health("ok"));
        expect_right_books();
    }
    void expect_right_books() {
        load->end();
        std::cout << "the next order after";
        for (const auto millis : recoveries_) std::cout << ' ' << millis;
        std::cout << " ms; " << load->summary() << "\n";
        load->check(server->admin(), sql);
        if (HasFailure())
            std::cout << server->output().substr(
                server->output().size() - std::min<std::size_t>(server->output().size(), 4000));
    }

    std::optional<testkit::PostgresServer> postgres;
    std::unique_ptr<RestaurantProcess> server;
    std::function<std::string(const std::string&)> sql;
    std::unique_ptr<OrderingLoad> load;  // last: it ends first

private:
    std::vector<std::int64_t> recoveries_;
};

}  // namespace kitchen::tests
