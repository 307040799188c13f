// Parameters, results, the portable subset of SQL, and verify().
#include <algorithm>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_statements() {}

namespace {

TEST_P(StoreConformance, BindsParametersByTheirNumber) {
    schema(*store, "CREATE TABLE t (a TEXT, b TEXT, c TEXT, d BIGINT);");
    write(*store, "INSERT INTO t (a, b, c, d) VALUES ($3, $1, $3, $2)", {"one", 2, "three"})
        .value();
    const Rows rows =
        rows_of(*store, "SELECT a, b, c, d FROM t WHERE d = $2 AND b = $1", {"one", 2}).value();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().text(0), "three");
    EXPECT_EQ(rows.front().text(1), "one");
    EXPECT_EQ(rows.front().text(2), "three");
    EXPECT_EQ(rows.front().integer(3), 2);

    std::string many = "INSERT INTO t (d) VALUES ($12), ($11)";
    for (int i = 10; i >= 1; --i) many += ", ($" + std::to_string(i) + ")";
    Values params;
    for (int i = 1; i <= 12; ++i) params.push_back(i * 100);
    write(*store, many, params).value();
    EXPECT_EQ(number(*store, "SELECT count(*) FROM t WHERE d >= 100"), 12);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM t WHERE d = 1200"), 1);
}

TEST_P(StoreConformance, KeepsNothingOfAnEarlierRun) {
    schema(*store, "CREATE TABLE t (a BIGINT, b TEXT);");
    const Statement add = store->prepare("INSERT INTO t (a, b) VALUES ($1, $2)");
    write(*store, add, {1, "first"}).value();
    write(*store, add, {2, nullptr}).value();
    const Statement get = store->prepare("SELECT b FROM t WHERE a = $1");
    store
        ->read([&](Transaction& tx) -> Status {
            Rows rows;
            for (int round = 0; round < 3; ++round) {
                for (int a = 1; a <= 3; ++a) {
                    const Param params[] = {a};
                    if (Status done = tx.run(get, params, rows); !done) return done;
                    EXPECT_EQ(rows.size(), a == 3 ? 0u : 1u);
                    if (rows.empty()) continue;
                    EXPECT_EQ(rows.front().text(0), a == 1 ? "first" : "");
                    EXPECT_EQ(rows.front().is_null(0), a == 2);
                }
            }
            return {};
        })
        .value();
}

TEST_P(StoreConformance, NamesTheColumnThatIsReadAsAnotherType) {
    schema(*store, "CREATE TABLE t (id BIGINT, name TEXT);");
    write(*store, "INSERT INTO t (id, name) VALUES (1, 'Suya')").value();
    const auto refused = [](const Rows& rows) {
        try {
            return std::to_string(rows.front().integer(1));
        } catch (const std::logic_error& e) {
            return std::string(e.what());
        }
    };
    EXPECT_THAT(refused(rows_of(*store, "SELECT id, name FROM t").value()),
                testing::HasSubstr("column 1 ('name')"));
    EXPECT_THAT(refused(rows_of(*store, "SELECT id, name AS dish FROM t").value()),
                testing::HasSubstr("column 1 ('dish')"));
}

TEST_P(StoreConformance, RefusesTheWrongNumberOfParameters) {
    schema(*store, accounts);
    const std::string_view sql = "INSERT INTO accounts (id, amount) VALUES ($1, $2)";
    EXPECT_EQ(write(*store, sql, {1}).error().kind, Errc::internal);
    EXPECT_EQ(write(*store, sql, {1, 2, 3}).error().kind, Errc::internal);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
    write(*store, sql, {1, 2}).value();
}

TEST_P(StoreConformance, CountsWhatChanged) {
    schema(*store, accounts);
    const auto changed = [this](std::string_view sql) {
        return written(*store, sql).value().changed();
    };
    EXPECT_EQ(changed("INSERT INTO accounts (id, amount) VALUES (1, 10), (2, 20), (3, 30)"), 3);
    EXPECT_EQ(changed("SELECT id FROM accounts"), 0);
    EXPECT_EQ(changed("UPDATE accounts SET amount = amount + 1 WHERE id > 1"), 2);
    EXPECT_EQ(changed("UPDATE accounts SET amount = 0 WHERE id = 99"), 0);
    EXPECT_EQ(
        changed("INSERT INTO accounts (id, amount) VALUES (1, 0) ON CONFLICT (id) DO NOTHING"), 0);
    EXPECT_EQ(changed("UPDATE accounts SET amount = 5 RETURNING id"), 3);
    EXPECT_EQ(changed("DELETE FROM accounts WHERE id = 1"), 1);
    EXPECT_EQ(changed("DELETE FROM accounts"), 2);
    EXPECT_EQ(changed("DELETE FROM accounts"), 0);
}

TEST_P(StoreConformance, ReturnsGeneratedIds) {
    schema(*store, "CREATE TABLE t (id {{identity}}, name TEXT NOT NULL);");
    const Rows two =
        written(*store, "INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id, name").value();
    ASSERT_EQ(two.size(), 2u);
    EXPECT_EQ(two.columns(), 2u);
    EXPECT_GT(two[0].integer(0), 0);
    EXPECT_GT(two[1].integer(0), two[0].integer(0));
    EXPECT_EQ(two[1].text(1), "b");
    // Never one that was used before, also when its row is gone.
    write(*store, "DELETE FROM t").value();
    const Rows next =
        written(*store, "INSERT INTO t (name) VALUES ($1) RETURNING id", {"c"}).value();
    EXPECT_GT(next.front().integer(0), two[1].integer(0));
    const Rows none = written(*store, "UPDATE t SET name = 'x' WHERE id = -1 RETURNING id").value();
    EXPECT_TRUE(none.empty());
}

TEST_P(StoreConformance, InsertsOrUpdates) {
    schema(
        *store,
        "CREATE TABLE lines (cart BIGINT NOT NULL, food BIGINT NOT NULL, quantity BIGINT NOT NULL);"
        "CREATE UNIQUE INDEX lines_food ON lines (cart, food);");
    const std::string_view add =
        "INSERT INTO lines (cart, food, quantity) VALUES ($1, $2, $3) ON CONFLICT (cart, food) "
        "DO UPDATE SET quantity = lines.quantity + excluded.quantity RETURNING quantity";
    EXPECT_EQ(written(*store, add, {1, 7, 2}).value().front().integer(0), 2);
    const Rows again = written(*store, add, {1, 7, 3}).value();
    EXPECT_EQ(again.front().integer(0), 5);
    EXPECT_EQ(again.changed(), 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM lines"), 1);
}

TEST_P(StoreConformance, KnowsCommonTablesWindowsAndJoins) {
    schema(*store,
           "CREATE TABLE sales (id {{identity}}, food TEXT NOT NULL, amount BIGINT NOT NULL);");
    write(*store,
          "INSERT INTO sales (food, amount) VALUES ('rice', 10), ('rice', 20), ('yam', 5), ('yam', "
          "50), ('egg', 1)")
        .value();
    const Rows best = rows_of(*store,
                              "WITH totals AS (SELECT food, CAST(sum(amount) AS BIGINT) AS total "
                              "FROM sales GROUP BY food) "
                              "SELECT t.food, t.total, row_number() OVER (ORDER BY t.total DESC, "
                              "t.food) AS place, count(*) OVER () "
                              "FROM totals t JOIN sales s ON s.food = t.food AND s.amount = "
                              "(SELECT min(amount) FROM sales m WHERE m.food = t.food) "
                              "ORDER BY place LIMIT $1 OFFSET $2",
                              {2, 0})
                          .value();
    EXPECT_THAT(texts(best), ElementsAre("yam", "rice"));
    EXPECT_EQ(best[1].integer(1), 30);
    EXPECT_EQ(best[1].integer(2), 2);
    EXPECT_EQ(best[0].integer(3), 3);
    EXPECT_EQ(number(*store,
                     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                     "10) SELECT count(*) FROM n"),
              10);
}

TEST_P(StoreConformance, ComparesTextByCaseUnlessLowered) {
    schema(*store, "CREATE TABLE foods (id {{identity}}, name TEXT NOT NULL);");
    write(*store,
          "INSERT INTO foods (name) VALUES ('Jollof Rice'), ('jollof spaghetti'), ('100% beef'), "
          "('100 beef')")
        .value();
    EXPECT_THAT(texts(rows_of(*store, "SELECT name FROM foods WHERE name LIKE 'Jollof%'").value()),
                ElementsAre("Jollof Rice"));
    EXPECT_THAT(
        texts(rows_of(*store, "SELECT name FROM foods WHERE lower(name) LIKE lower($1) ORDER BY id",
                      {"JOLLOF%"})
                  .value()),
        ElementsAre("Jollof Rice", "jollof spaghetti"));
    EXPECT_THAT(
        texts(rows_of(*store, "SELECT name FROM foods WHERE name LIKE $1 ESCAPE '!'", {"100!%%"})
                  .value()),
        ElementsAre("100% beef"));
}

TEST_P(StoreConformance, ReadsManyRowsInOneBlock) {
    schema(*store, "CREATE TABLE t (id BIGINT PRIMARY KEY, s TEXT NOT NULL);");
    const Statement add = store->prepare("INSERT INTO t (id, s) VALUES ($1, $2)");
    store
        ->transact([&](Transaction& tx) -> Status {
            for (int i = 0; i < 5000; ++i) {
                if (Status done = run(tx, add, {i, "row " + std::to_string(i)}); !done) return done;
            }
            return {};
        })
        .value();
    const Rows rows = rows_of(*store, "SELECT id, s FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), 5000u);
    std::int64_t i = 0;
    for (Row row : rows) {
        ASSERT_EQ(row.integer(0), i);
        ASSERT_EQ(row.text(1), "row " + std::to_string(i++));
    }
}

TEST_P(StoreConformance, RefusesTextsOfSeveralStatementsAndUnknownHandles) {
    schema(*store, accounts);
    EXPECT_FALSE(write(*store, "INSERT INTO accounts VALUES (1, 1); DELETE FROM accounts"));
    EXPECT_FALSE(write(*store, ""));
    EXPECT_EQ(write(*store, Statement{}).error().kind, Errc::internal);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
}

TEST_P(StoreConformance, InternsEachTextOnceFromAnyThread) {
    std::vector<std::vector<std::uint32_t>> seen(16);
    in_parallel(16, [&](int thread) {
        for (int i = 0; i < 100; ++i) {
            seen[thread].push_back(store->prepare("SELECT " + std::to_string(i)).index);
        }
    });
    for (const auto& each : seen) EXPECT_EQ(each, seen[0]);
    std::sort(seen[0].begin(), seen[0].end());
    EXPECT_EQ(std::unique(seen[0].begin(), seen[0].end()), seen[0].end());
    store->verify().value();
}

TEST_P(StoreConformance, VerifyNamesTheTextThatIsWrong) {
    schema(*store, accounts);
    store->prepare("SELECT amount FROM accounts WHERE id = $1");
    store->prepare("UPDATE accounts SET amount = $1");
    store->verify().value();
    const std::string wrong = "SELECT ammount FROM accounts";
    store->prepare(wrong);
    const Status done = store->verify();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().subject, wrong);
    EXPECT_EQ(done.error().code, "store_statement");
    EXPECT_THAT(done.error().detail, testing::Not(HasSubstr(wrong)));
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);  // and it goes on working
}

TEST_P(StoreConformance, VerifyTellsThatATableIsMissing) {
    store->prepare("SELECT id FROM favourites");
    const Status done = store->verify();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::internal);
    EXPECT_EQ(done.error().code, "store_no_table");
    EXPECT_THAT(done.error().detail, HasSubstr("favourites"));
}

TEST_P(StoreConformance, VerifyFindsTextsThatOnlySomeStoresTake) {
    schema(*store, accounts);
    store->prepare(
        "SELECT id FROM accounts WHERE \"nothing\" = 'nothing'");  // a name in double quotes is
                                                                   // never a text
    EXPECT_FALSE(store->verify());
}

}  // namespace
}  // namespace kitchen::testkit
