// No statement of any plugin reads a table that grows from one end to the other: the store is asked
// for the plan of each. SQLite plans without statistics, as the server's does; PostgreSQL is
// forbidden sequential scans, so one that remains has no index to take its place.
#include <sqlite3.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/testkit/postgres_server.h"
#include "every_plugin.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {
namespace {

using testkit::RestaurantConfig;
using testkit::RestaurantProcess;

using Texts = std::vector<std::string>;

const std::set<std::string> small_tables = {
    "catalog_milestones",   // one row for each thing done once
    "event_head",           // one row
    "event_subscribers",    // one row for each subscriber of a plugin
    "kitchen_migrations",   // one row for each migration
    "kitchen_turns",        // one row for each periodic job
    "oauth_clients",        // one row for each client that an administrator has registered
    "oauth_keys",           // one row for each signing key
    "opening_hours_pause",  // one row
    "order_feed",           // one row
    "promotions",           // codes that the restaurant has thought of
};

struct Exception {
    const char* part_of_statement;
    const char* reason;
};
constexpr Exception exceptions[] = {
    {"SELECT CAST(", "a rule of check-data: reads all"},
    {"SELECT kind || ' ' || label_key", "a rule of check-data"},
    {"SELECT name FROM claim_totals WHERE taken <>", "a rule of check-data"},
    {"SELECT id, rating_count, rating_total FROM foods", "a rule of check-data; plugins purge"},
    {"FROM food_ratings GROUP BY food_id", "a rule of check-data"},
    {"FROM orders WHERE amounts IS NOT NULL", "a rule of check-data"},
    {"FROM claims WHERE owner LIKE", "a rule of check-data"},
    {" AND claims IS NOT NULL", "a rule of check-data"},
    {" LIKE $1 || '/%'", "plugins purge"},
    {" LIKE '%\"' || $1 || '/%'", "plugins purge"},
    {"SELECT 'food ' || food_id", "a rule of check-data"},
    {"SELECT id FROM foods LIMIT 1", "reads one row"},
    {" FROM foods ORDER BY id DESC LIMIT 1", "reads one row"},
    {"SELECT id, price FROM foods ORDER BY id", "convert-prices"},
    {"SELECT id, name, description, category, tags, name_key", "once, after an update"},
    {"HAVING SUM(foods) <> 0", "once an hour, in the background"},
    {"UPDATE foods SET is_orderable = CASE", "once an hour, in the background"},
    {"SELECT COUNT(*) FROM foods WHERE deleted_at + 0", "a search in texts: no index knows parts"},
    {"SELECT COUNT(*) FROM users WHERE deleted_at IS NULL AND ($1",
     "a search in texts, of administrators"},
    {"SELECT COUNT(*) FROM outbox_deliveries WHERE $1 = ''", "its rows are kept for some days"},
};

bool may_scan(const std::string& statement) {
    return std::any_of(std::begin(exceptions), std::end(exceptions), [&](const Exception& e) {
        const std::string_view part = e.part_of_statement;
        const bool begins = part.starts_with("SELECT") || part.starts_with("UPDATE");
        return begins ? statement.starts_with(part) : statement.find(part) != std::string::npos;
    });
}

/// `store`: the keys of the store.
Texts statements_of_all_plugins(const std::string& store) {
    RestaurantConfig config;
    config.store = "{id: dying-store, path: " KITCHEN_DYING_STORE ", config: {" + store + "}}";
    RestaurantProcess server(with_every_plugin(config, {}));
    server.start();
    const Json response = server.client().get("/statements/").json;
    Texts texts;
    for (const Json& text : response["statements"].as_array()) texts.push_back(text.as_string());
    EXPECT_GT(texts.size(), 200u);
    return texts;
}

/// The plans of those that scan: `plans` has one for each statement, its steps one a line.
template <class Scans>
Texts those_that_scan(const Texts& statements, const Texts& plans, Scans scans) {
    EXPECT_EQ(plans.size(), statements.size());
    Texts found;
    for (std::size_t i = 0; i < std::min(statements.size(), plans.size()); ++i)
        if (!may_scan(statements[i]) && scans(statements[i], plans[i]))
            found.push_back(statements[i] + "\n" + plans[i]);
    return found;
}

class SqliteFile {
public:
    explicit SqliteFile(const std::string& path) {
        if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error(path);
    }
    ~SqliteFile() { sqlite3_close(db_); }
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    void run(const char* sql) {
        if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(db_));
    }
    Texts plans(const Texts& statements) {
        Texts plans;
        for (const std::string& statement : statements) {
            sqlite3_stmt* explain = nullptr;
            const std::string sql = "EXPLAIN QUERY PLAN " + statement;
            if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &explain, nullptr) != SQLITE_OK)
                throw std::runtime_error(statement + ": " + sqlite3_errmsg(db_));
            std::string& plan = plans.emplace_back();
            while (sqlite3_step(explain) == SQLITE_ROW)
                plan.append(reinterpret_cast<const char*>(sqlite3_column_text(explain, 3))) += '\n';
            sqlite3_finalize(explain);
        }
        return plans;
    }

private:
    sqlite3* db_ = nullptr;
};

bool scans_on_sqlite(const std::string& statement, const std::string& plan) {
    // A page in the order of an index: until it is full.
    if (statement.find(" OFFSET $") != std::string::npos &&
        plan.find("USE TEMP B-TREE FOR ORDER BY") == std::string::npos)
        return false;
    std::set<std::string> harmless = small_tables;
    const std::regex subquery("(?:CO-ROUTINE|MATERIALIZE) (\\S+)"),
        scan("SCAN (\\S+)(?: USING (?:COVERING )?INDEX (\\S+))?");
    const std::sregex_iterator end;
    for (std::sregex_iterator it(plan.begin(), plan.end(), subquery); it != end; ++it)
        harmless.insert((*it)[1]);
    for (std::sregex_iterator it(plan.begin(), plan.end(), scan); it != end; ++it)
        if (!harmless.contains((*it)[1]) && (*it)[1] != "CONSTANT" &&
            (*it)[2] != "foods_living_out")  // what is sold out alone
            return true;
    return false;
}

Texts postgres_plans(const testkit::PostgresDatabase& database, const Texts& statements) {
    const std::string settings =
        "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;\n";
    std::string script = settings, output;
    const auto run = [&] { output += database.sql(std::exchange(script, settings)) + '\n'; };
    for (const std::string& statement : statements) {
        std::string nulls;
        for (int i = 1; statement.find("$" + std::to_string(i)) != std::string::npos; ++i)
            nulls += i == 1 ? "(NULL" : ", NULL";
        if (!nulls.empty()) nulls += ")";
        script += "SELECT 'next'; PREPARE one AS " + statement +
                  "; EXPLAIN (COSTS OFF) EXECUTE one" + nulls + "; DEALLOCATE one;\n";
        if (script.size() > 100'000) run();  // an argument is 128 KiB at most
    }
    run();
    Texts plans;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);)
        if (line == "next")
            plans.emplace_back();
        else if (!plans.empty())
            plans.back().append(line) += '\n';
    return plans;
}

bool scans_on_postgres(const std::string&, const std::string& plan) {
    const std::regex scan("Seq Scan on (\\w+)");
    for (std::sregex_iterator it(plan.begin(), plan.end(), scan), end; it != end; ++it)
        if (!small_tables.contains((*it)[1])) return true;
    return false;
}

// Without it, the test must fail.
constexpr const char* drop_an_index = "DROP INDEX refresh_tokens_hash";

TEST(StatementPlans, OnSqlite) {
    const testkit::TemporaryDirectory directory;
    const std::string path = (directory.path() / "kitchen.db").string();
    const Texts statements = statements_of_all_plugins("path: '" + path + "'");
    SqliteFile file(path);
    EXPECT_EQ(those_that_scan(statements, file.plans(statements), scans_on_sqlite), Texts());
    file.run(drop_an_index);
    EXPECT_NE(those_that_scan(statements, file.plans(statements), scans_on_sqlite), Texts());
}

TEST(StatementPlans, OnPostgres) {
    const testkit::PostgresDatabase database;
    const Texts statements = statements_of_all_plugins("url: '" + database.url() + "'");
    const auto found = [&] {
        return those_that_scan(statements, postgres_plans(database, statements), scans_on_postgres);
    };
    EXPECT_EQ(found(), Texts());
    database.sql(drop_an_index);
    EXPECT_NE(found(), Texts());
}

}  // namespace
}  // namespace kitchen::tests
