// The server dies at every statement of a checkout, at its COMMIT, and in all that follows from it,
// one after another: see plugins/dying_store.cpp.
#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/restaurant.h"
#include "kitchen/time.h"
#include "sqlite_query.h"

namespace kitchen::tests {
namespace {

using testkit::expect_status;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RestaurantConfig;
using testkit::RestaurantProcess;
using testkit::wait_until;

constexpr std::int64_t portions = 10'000;

class EveryStatement : public testing::Test {
protected:
    /// `store`: the keys of the dying store. All that takes part in a checkout is there.
    void open(const std::string& store, std::size_t replicas) {
        RestaurantConfig config;
        config.store = "{id: dying-store, path: " KITCHEN_DYING_STORE ", config: {" + store + "}}";
        config.auth_key = "one-key-of-all-replicas-of-this-test";
        config.outbox = "lease: 1s, poll_interval: 50ms";
        config.order_mails = "";
        config.plugins = {
            "{id: opening-hours, config: {zone: Africa/Lagos, slots: {capacity: "
            "1000}}}",
            "{id: promotions}", "{id: fees, config: {delivery_fee: 50000, tax_basis_points: 750}}",
            "{id: loyalty, path: " KITCHEN_LOYALTY "}"};
        config.data = directory_.path();
        for (std::size_t i = 0; i < replicas; ++i)
            servers_.push_back(std::make_unique<RestaurantProcess>(config));
        for (const auto& server : servers_) server->start();

        RestaurantProcess& server = *servers_.front();
        plenty_ = server.food("Jollof", 250'000, portions);
        last_ = server.food("Suya", 150'000, 1);
        expect_status(
            server.admin().post("/admin/promotions/", Json::object({{"code", "FEAST"},
                                                                    {"basis_points", 1000},
                                                                    {"max_uses", 1000},
                                                                    {"max_uses_per_user", 1000}})),
            201, "promotion");
        const auto login = server.admin().post(
            "/login/",
            Json::object({{"email", server.admin_email}, {"password", server.password}}));
        admin_ = expect_status(login, 200, "login").json["access_token"].as_string();
        auto customer = server.sign_up();
        customer_ = customer.token;
        const HttpResponse home = expect_status(
            customer.client.post("/me/addresses/", Json::object({{"line1", "12 Allen Avenue"},
                                                                 {"city", "Ikeja"},
                                                                 {"state", "Lagos"}})),
            201, "address");
        const Timestamp tomorrow =
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
            std::chrono::hours(24);
        checkout_ = Json::object({{"fulfillment_type", "delivery"},
                                  {"address_id", home.json["id"]},
                                  {"promo_code", "FEAST"},
                                  {"scheduled_for", format_rfc3339(tomorrow)},
                                  {"tip", 1'000}});
    }

    /// Until checkouts and all that follows from them pass: three in a row, because what follows
    /// runs on several threads, and on the other replicas.
    void die_everywhere() {
        int passed = 0;
        for (std::int64_t at = 1; passed < 3; ++at) {
            passed = order_and_die(at) ? 0 : passed + 1;
            if (HasFailure()) return;
            ASSERT_LT(at, 500) << "no checkout ever passes";
        }
        std::cout << "killed before " << deaths_["statement"] << " statements, "
                  << deaths_["before COMMIT"] << " times before and " << deaths_["after COMMIT"]
                  << " times after a COMMIT; " << orders_ << " orders\n";
        EXPECT_GE(deaths_["statement"], 20);
        EXPECT_GE(deaths_["before COMMIT"], 1);
        EXPECT_GE(deaths_["after COMMIT"], 1);
        expect_right_books();
    }

    std::function<std::string(const std::string&)> sql;

private:
    static HttpClient client(const RestaurantProcess& server, const std::string& token) {
        HttpClient client(server.port());
        client.bearer(token);
        return client;
    }
    HttpResponse check_out(const RestaurantProcess& server) const {
        return client(server, customer_)
            .send("POST", "/orders/", checkout_.dump(),
                  {{"Content-Type", "application/json"},
                   {"Idempotency-Key", "order-" + std::to_string(orders_)}});
    }
    /// Every subscriber has handled every event.
    bool is_settled() const {
        return sql("SELECT (SELECT count(*) FROM events WHERE position IS NULL) + "
                   "(SELECT position FROM event_head) - "
                   "(SELECT min(position) FROM event_subscribers)") == "0";
    }

    /// Places one order, for which the client asks once more when the server has died. False when
    /// it has not.
    bool order_and_die(std::int64_t at) {
        SCOPED_TRACE("moment " + std::to_string(at));
        ++orders_;
        RestaurantProcess& server = *servers_[static_cast<std::size_t>(at) % servers_.size()];
        RestaurantProcess& other = *servers_[static_cast<std::size_t>(at + 1) % servers_.size()];
        for (const std::int64_t food : {plenty_, last_})
            expect_status(
                client(server, customer_).post("/cart/", Json::object({{"food_id", food}})), 201,
                "cart");
        expect_status(server.client().post("/die/", Json::object({{"at", at}})), 204, "die");
        HttpResponse placed;
        bool has_died = false;
        try {
            placed = expect_status(check_out(server), 201, "checkout");
            EXPECT_TRUE(wait_until([&] {
                (void)server.client().get("/livez");
                return is_settled();
            }));
            expect_status(server.client().post("/die/", Json::object({{"at", 0}})), 204, "live");
        } catch (const std::runtime_error& e) {
            EXPECT_EQ(server.process().wait(std::chrono::seconds(10)), -SIGKILL) << e.what();
            has_died = true;
        }
        if (has_died) {
            count_death(server.output());
            if (&server == &other) server.start();
        }
        const HttpResponse again = expect_status(check_out(other), 201, "the same checkout");
        if (placed.status == 201) {
            EXPECT_EQ(again.body, placed.body);
            EXPECT_EQ(again.header("idempotent-replayed"), "true");
        }
        EXPECT_TRUE(wait_until([&] { return is_settled(); }));
        expect_one_more(other, again.json["id"]);
        if (has_died && &server != &other) server.start();
        expect_status(client(other, admin_)
                          .post("/foods/" + std::to_string(last_) + "/stock/",
                                Json::object({{"delta", 1}, {"reason", "one more"}})),
                      200, "restock");
        return has_died;
    }
    void count_death(const std::string& output) {
        const std::size_t at = output.rfind("dies ");
        ASSERT_NE(at, std::string::npos) << output;
        const std::string what = output.substr(at + 5, output.find('\n', at) - at - 5);
        ++deaths_[what.ends_with("COMMIT") ? what : "statement"];
    }
    void expect_one_more(const RestaurantProcess& server, const Json& id) {
        HttpClient customer = client(server, customer_);
        const HttpResponse orders = customer.get("/orders/?limit=1");
        EXPECT_EQ(orders.json["total_count"], Json(orders_));
        EXPECT_EQ(orders.json["result"].as_array().at(0)["id"], id);
        EXPECT_EQ(customer.get("/cart/").json["items"].size(), 0u);
        EXPECT_EQ(server.stock_of(plenty_), portions - orders_);
        EXPECT_EQ(server.stock_of(last_), 0);
        points_ += orders.json["result"].as_array().at(0)["total"].as_integer() / 10'000;
        EXPECT_EQ(customer.get("/loyalty/").json["points"], Json(points_));
    }
    void expect_right_books() {
        const std::string orders = std::to_string(orders_);
        EXPECT_EQ(sql("SELECT count(*) FROM orders"), orders);
        EXPECT_EQ(sql("SELECT count(*) FROM order_idempotency"), orders);
        EXPECT_EQ(sql("SELECT count(*) FROM events WHERE name = 'order.placed/1'"), orders);
        EXPECT_EQ(sql("SELECT count(*) FROM events WHERE data LIKE '%\"sold_out\"%'"), orders);
        for (const char* name : {"opening-hours/slot/%", "promotions/_", "promotions/_/user/%"})
            EXPECT_EQ(sql(std::string("SELECT sum(taken) FROM claim_totals WHERE name LIKE '") +
                          name + "'"),
                      orders)
                << name;
        EXPECT_EQ(sql("SELECT count(*) FROM order_history h JOIN outbox_deliveries m ON "
                      "m.delivery_key = 'orders/' || h.order_id || '/' || h.version"),
                  orders);
        EXPECT_TRUE(wait_until([&] {
            return sql("SELECT count(*) FROM outbox_deliveries WHERE state <> 'sent'") == "0";
        }));
        const HttpResponse data = client(*servers_.front(), admin_).get("/admin/data/");
        EXPECT_EQ(data.status, 200) << data.body;
        EXPECT_GE(data.json["rules"].as_integer(), 10);
        EXPECT_EQ(data.json["broken"].size(), 0u) << data.body;
    }

    const testkit::TemporaryDirectory directory_;
    std::vector<std::unique_ptr<RestaurantProcess>> servers_;
    std::int64_t plenty_ = 0, last_ = 0;
    std::string admin_, customer_;  ///< tokens
    Json checkout_;
    std::int64_t orders_ = 0, points_ = 0;
    std::map<std::string, int> deaths_;
};

TEST_F(EveryStatement, OnSqlite) {
    const testkit::TemporaryDirectory directory;
    const auto file = directory.path() / "kitchen.db";
    sql = [file](const std::string& statement) { return sqlite_query(file, statement); };
    open("path: '" + file.string() + "'", 1);
    die_everywhere();
    EXPECT_EQ(sql("PRAGMA integrity_check"), "ok");
}

class EveryStatementOnPostgres : public EveryStatement {
protected:
    void SetUp() override {
        sql = [this](const std::string& statement) { return database_.sql(statement); };
    }
    void open(std::size_t replicas) {
        EveryStatement::open("url: '" + database_.url() + "'", replicas);
    }

private:
    testkit::PostgresDatabase database_;
};

TEST_F(EveryStatementOnPostgres, OfOneServer) {
    open(1);
    die_everywhere();
}

// One of three: the client goes on at another, which makes up for what the dead one left.
TEST_F(EveryStatementOnPostgres, OfOneOfThreeReplicas) {
    open(3);
    die_everywhere();
}

}  // namespace
}  // namespace kitchen::tests
