// `plugins impact` and `plugins purge`, on the data of a restaurant that has had orders.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/store.h"
#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/restaurant.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::Restaurant;
using testkit::RestaurantConfig;

class Purge : public testing::TestWithParam<RestaurantConfig (*)()> {
protected:
    RestaurantConfig config(const std::string& off = {}) const {
        RestaurantConfig config = base_;
        config.data = directory_.path();
        const auto add = [&](const std::string& id, const std::string& more) {
            config.plugins.push_back("{id: " + id + more + (off == id ? ", enabled: false}" : "}"));
        };
        add("promotions", "");
        add("loyalty", ", path: " KITCHEN_LOYALTY);
        return config;
    }
    std::string run(std::vector<std::string> arguments, int code, const RestaurantConfig& config) {
        RestaurantConfig written = config;
        written.server = "plugin_dir: '" + testkit::built_plugin_dir() + "'";
        std::ofstream(file_) << written.yaml();
        arguments.insert(arguments.begin(), testkit::built_executable());
        arguments.insert(arguments.end(), {"--config", file_.string()});
        testkit::ChildProcess process(
            std::move(arguments),
            {.environment = {{"DATA", directory_.path().string()}, {"PORT", "0"}}});
        EXPECT_EQ(process.wait(), code) << process.output();
        return process.output();
    }
    /// Orders with a code, and waits until they have their points: 9 for each.
    void order(int count) {
        Restaurant restaurant(config());
        HttpClient chef = restaurant.admin();
        if (orders_ == 0) food_ = restaurant.food("Jollof", 100'000);
        chef.post("/admin/promotions/", Json::object({{"code", "TEN"}, {"basis_points", 1000}}));
        for (int i = 0; i < count; ++i) {
            expect_status(chef.post("/cart/", Json::object({{"food_id", food_}})), 201, "cart");
            expect_status(chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"},
                                                              {"promo_code", "TEN"}})),
                          201, "order");
        }
        orders_ += count;
        EXPECT_TRUE(testkit::wait_until([&] {
            return chef.get("/loyalty/").json["points"] == Json(9 * orders_);
        })) << chef.get("/loyalty/").body;
        EXPECT_EQ(restaurant.broken_data(), "[]");
    }

    void script(const std::string& sql) {
        Restaurant restaurant(config());
        restaurant.service<Store>()
            .migrate([&](SchemaTransaction& tx) { return tx.script(sql); })
            .value();
    }
    /// The first column of the only row.
    std::string text(const std::string& sql) {
        Restaurant restaurant(config("loyalty"));
        Rows rows;
        restaurant.service<Store>()
            .migrate([&](SchemaTransaction& tx) { return tx.run_text(sql, {}, rows); })
            .value();
        EXPECT_EQ(rows.size(), 1u) << sql;
        return rows.empty() ? "" : rows.front().string(0);
    }

private:
    const RestaurantConfig base_ = GetParam()();
    const testkit::TemporaryDirectory directory_;
    const std::filesystem::path file_ = directory_.path() / "kitchen.yaml";
    std::int64_t food_ = 0, orders_ = 0;
};

}  // namespace

TEST_P(Purge, SaysWhatGoesQuiet) {
    order(2);
    EXPECT_THAT(
        run({"plugins", "impact", "loyalty"}, 0, config()),
        AllOf(HasSubstr("loyalty 1.0.0 is on"), HasSubstr("GET /loyalty/"),
              HasSubstr("table loyalty_points"), HasSubstr("1 row\n"),
              HasSubstr("table loyalty_entries"), HasSubstr("2 rows"), HasSubstr("data in events"),
              HasSubstr("the position of its subscriber loyalty.points, 0 events behind"),
              HasSubstr("Without it the configuration is complete.")));
    EXPECT_THAT(run({"plugins", "impact", "promotions"}, 0, config()),
                AllOf(HasSubstr("orders goes on with those of others"), HasSubstr("data in claims"),
                      HasSubstr("4 rows")));
    EXPECT_THAT(
        run({"plugins", "impact", "events"}, 0, config()),
        AllOf(HasSubstr("orders needs it"), HasSubstr("periodic job"), HasSubstr("health check"),
              HasSubstr("resume-subscriber"), HasSubstr("Without it the configuration is refused"),
              HasSubstr("plugin 'orders' needs events/1"),
              HasSubstr("plugin 'loyalty' needs events/1")));
    EXPECT_THAT(run({"plugins", "impact", "loyalty"}, 0, config("loyalty")),
                AllOf(HasSubstr("is off"), HasSubstr("table loyalty_points"),
                      Not(HasSubstr("GET /loyalty/"))));
    RestaurantConfig unreachable = config();
    unreachable.store = "{id: store-sqlite, config: {path: /dev/null/kitchen.db}}";
    EXPECT_THAT(run({"plugins", "impact", "loyalty"}, 0, unreachable),
                AllOf(HasSubstr("GET /loyalty/"), HasSubstr("Its rows are not known: ")));
    EXPECT_THAT(run({"plugins", "impact", "loialty"}, 4, config()), HasSubstr("loialty"));
}

TEST_P(Purge, TakesEverythingOfAPluginThatIsOff) {
    order(2);
    EXPECT_THAT(run({"plugins", "purge", "loyalty", "--yes"}, 1, config()),
                HasSubstr("plugin 'loyalty' is on. Set `enabled: false`"));
    EXPECT_THAT(run({"plugins", "purge", "orderz"}, 4, config()),
                HasSubstr("did you mean 'orders'?"));
    EXPECT_THAT(run({"plugins", "purge", "rate-limit"}, 0, config()),
                HasSubstr("it has nothing in the store"));

    const std::string all = "1 migration;";
    EXPECT_THAT(run({"plugins", "purge", "loyalty"}, 0, config("loyalty")),
                AllOf(HasSubstr("table loyalty_entries"), HasSubstr("2 rows"),
                      HasSubstr("loyalty.points"), HasSubstr("would be removed, with " + all)));
    EXPECT_THAT(run({"plugins", "purge", "loyalty", "--yes"}, 0, config("loyalty")),
                AllOf(HasSubstr("2 rows"), HasSubstr("\nremoved, with " + all)));
    EXPECT_THAT(run({"plugins", "purge", "loyalty", "--yes"}, 0, config("loyalty")),
                HasSubstr("it has nothing in the store"));
    order(1);  // from the first event on, its points come again

    EXPECT_THAT(run({"plugins", "purge", "promotions", "--yes"}, 0, config("promotions")),
                AllOf(HasSubstr("table promotions"), HasSubstr("data in claims"),
                      HasSubstr("6 rows"), HasSubstr("data in orders"), HasSubstr("3 rows")));
    EXPECT_THAT(run({"check-data"}, 0, config("promotions")), HasSubstr(", 0 broken"));
    order(1);
}

TEST_P(Purge, TakesTheStarsFromFoods) {
    order(1);
    RestaurantConfig rated = config(), unrated = config();
    rated.plugins.emplace_back("{id: ratings}");
    unrated.plugins.emplace_back("{id: ratings, enabled: false}");
    std::string food;
    {
        Restaurant restaurant(rated);
        HttpClient chef = restaurant.admin();
        for (const char* status : {"confirmed", "preparing", "ready", "completed"})
            expect_status(chef.post("/orders/1/status/", Json::object({{"status", status}})), 200,
                          status);
        food = "/foods/" +
               std::to_string(
                   chef.get("/orders/1/").json["items"].as_array().at(0)["food_id"].as_integer()) +
               "/";
        expect_status(chef.post(food + "ratings/", Json::object({{"rating", 4}})), 201, "rating");
    }
    EXPECT_THAT(run({"plugins", "purge", "ratings", "--yes"}, 0, unrated),
                AllOf(HasSubstr("table food_ratings"), HasSubstr("foods that show their ratings"),
                      HasSubstr("\nremoved")));
    EXPECT_THAT(run({"check-data"}, 0, unrated), HasSubstr(", 0 broken"));
    Restaurant restaurant(rated);
    EXPECT_EQ(restaurant.client().get(food).json["rating"]["count"], Json(0));
}

TEST_P(Purge, LeavesATableThatAnotherRefersTo) {
    order(1);
    script("CREATE TABLE stamps (user_id BIGINT REFERENCES loyalty_points (user_id))");
    EXPECT_THAT(run({"plugins", "purge", "loyalty"}, 0, config("loyalty")),
                HasSubstr("table stamps refers to its tables"));
    EXPECT_THAT(run({"plugins", "purge", "loyalty", "--yes"}, 1, config("loyalty")),
                HasSubstr("table stamps refers to them"));
    order(1);
}

TEST_P(Purge, AsksThoseThatAreOff) {
    order(2);
    RestaurantConfig without = config("promotions");
    without.menu = false;
    for (const char* entry : {"{id: orders, enabled: false}", "{id: events}", "{id: claims}",
                              "{id: cart}", "{id: catalog}"})
        without.plugins.insert(without.plugins.begin(), entry);
    RestaurantConfig unlisted = without;
    unlisted.plugins.pop_back();
    EXPECT_THAT(run({"plugins", "purge", "promotions"}, 0, unlisted),
                HasSubstr("plugin 'loyalty' is off and cannot be asked"));
    EXPECT_THAT(run({"plugins", "purge", "promotions", "--yes"}, 0, without),
                AllOf(HasSubstr("data in orders"), HasSubstr("2 rows"), HasSubstr("\nremoved")));
    EXPECT_THAT(run({"check-data"}, 0, config("promotions")), HasSubstr(", 0 broken"));
}

TEST_P(Purge, TakesTheNamesOfOnePlugin) {
    order(1);
    script(
        "UPDATE orders SET claims = '[\"slots/1\",\"promotions/1\",\"my-promotions/2\"]';"
        "INSERT INTO kitchen_turns VALUES ('promotions/sweep', '', 0), ('my-promotions/x', '', 0);"
        "INSERT INTO claim_totals (name, taken) VALUES ('my-promotions/2', 1);"
        "INSERT INTO claims (owner, name, quantity) VALUES ('x', 'my-promotions/2', 1)");
    EXPECT_THAT(run({"plugins", "purge", "promotions", "--yes"}, 0, config("promotions")),
                AllOf(HasSubstr("turns of its jobs"), HasSubstr("what orders say of its claims")));
    EXPECT_EQ(text("SELECT claims FROM orders"), R"(["slots/1","my-promotions/2"])");
    EXPECT_EQ(text("SELECT name FROM claims"), "my-promotions/2");
    EXPECT_EQ(text("SELECT job FROM kitchen_turns WHERE job LIKE '%promotions/%'"),
              "my-promotions/x");
}

TEST_P(Purge, TakesTablesHoweverTheyAreSpelled) {
    order(1);
    script(
        "ALTER TABLE loyalty_entries RENAME TO other;"
        "ALTER TABLE other RENAME TO Loyalty_Entries");
    EXPECT_THAT(run({"plugins", "purge", "loyalty", "--yes"}, 0, config("loyalty")),
                HasSubstr("\nremoved"));
    order(1);
    script("DROP TABLE loyalty_entries");
    EXPECT_THAT(run({"plugins", "purge", "loyalty", "--yes"}, 1, config("loyalty")),
                HasSubstr("Table loyalty_entries of plugin 'loyalty' is not in the store"));
    EXPECT_EQ(text("SELECT plugin FROM kitchen_migrations WHERE plugin = 'loyalty'"), "loyalty");
}

INSTANTIATE_TEST_SUITE_P(Stores, Purge,
                         testing::Values(&testkit::on_sqlite,
                                         [] { return testkit::on_postgres(); }),
                         [](const auto& info) { return info.index == 0 ? "Sqlite" : "Postgres"; });

}  // namespace kitchen::tests
