// migrate(), and what follows it.
#include <atomic>
#include <stdexcept>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_schema() {}

namespace {

TEST_P(StoreConformance, MigrateRunsScriptsAndTexts) {
    store
        ->migrate([](SchemaTransaction& tx) -> Status {
            if (Status done =
                    tx.script("-- a comment; with a semicolon\n"
                              "CREATE TABLE notes (id BIGINT PRIMARY KEY, body TEXT NOT NULL);\n"
                              "INSERT INTO notes (id, body) VALUES (1, 'one; two');\n\n"
                              "CREATE INDEX notes_body ON notes (body); -- the end\n");
                !done) {
                return done;
            }
            Rows rows;
            const Param add[] = {2, "it's"};
            if (Status done = tx.run_text(
                    "INSERT INTO notes (id, body) VALUES ($1, $2) RETURNING id", add, rows);
                !done)
                return done;
            EXPECT_EQ(rows.front().integer(0), 2);
            return tx.script("");
        })
        .value();
    EXPECT_THAT(texts(rows_of(*store, "SELECT body FROM notes ORDER BY id").value()),
                ElementsAre("one; two", "it's"));
}

TEST_P(StoreConformance, AMigrationThatFailsLeavesNothing) {
    const Status done = store->migrate([](SchemaTransaction& tx) -> Status {
        return tx.script(
            "CREATE TABLE notes (id BIGINT PRIMARY KEY); INSERT INTO notes VALUES (1); CREATE "
            "TABEL oops (id BIGINT);");
    });
    EXPECT_FALSE(done);
    const Status blind = store->migrate([](SchemaTransaction& tx) -> Status {
        (void)tx.script(
            "CREATE TABLE notes (id BIGINT PRIMARY KEY); INSERT INTO missing VALUES (1);");
        EXPECT_FALSE(tx.script("CREATE TABLE later (id BIGINT)"));
        return {};
    });
    EXPECT_FALSE(blind);
    EXPECT_THROW((void)store->migrate([](SchemaTransaction& tx) -> Status {
        tx.script("CREATE TABLE notes (id BIGINT PRIMARY KEY)").value();
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_FALSE(rows_of(*store, "SELECT id FROM notes"));
    schema(*store, "CREATE TABLE notes (id BIGINT PRIMARY KEY);");
    EXPECT_EQ(number(*store, "SELECT count(*) FROM notes"), 0);
}

TEST_P(StoreConformance, OnlyOneMigratesAtATime) {
    schema(*store, "CREATE TABLE applied (number BIGINT PRIMARY KEY);");
    std::atomic<int> inside{0}, applied{0};
    in_parallel(6, [&](int) {
        store
            ->migrate([&](SchemaTransaction& tx) -> Status {
                EXPECT_EQ(inside.fetch_add(1), 0);
                Rows rows;
                Status done = tx.run_text("SELECT number FROM applied", {}, rows);
                if (done && rows.empty()) {
                    done = tx.script(
                        "CREATE TABLE things (id BIGINT PRIMARY KEY); INSERT INTO applied (number) "
                        "VALUES (1);");
                    ++applied;
                }
                --inside;
                return done;
            })
            .value();
    });
    EXPECT_EQ(applied.load(), 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM things"), 0);
}

TEST_P(StoreConformance, StatementsFollowAChangedSchema) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 5)").value();
    EXPECT_EQ(rows_of(*store, "SELECT amount FROM accounts").value().front().integer(0), 5);
    schema(*store, "ALTER TABLE accounts ADD COLUMN note TEXT NOT NULL DEFAULT 'none';");
    EXPECT_EQ(rows_of(*store, "SELECT amount FROM accounts").value().front().integer(0), 5);
    EXPECT_EQ(rows_of(*store, "SELECT note FROM accounts").value().front().text(0), "none");
}

TEST_P(StoreConformance, PingsAndNamesItsDialect) {
    store->ping().value();
    EXPECT_THAT(std::string(store->dialect().name), AnyOf("sqlite", "postgresql"));
    EXPECT_FALSE(store->dialect().identity.empty());
    EXPECT_FALSE(store->dialect().blob.empty());
}

}  // namespace
}  // namespace kitchen::testkit
