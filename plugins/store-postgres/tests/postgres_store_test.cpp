#include "postgres_fixture.h"

#include <atomic>
#include <thread>

namespace kitchen::postgres {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(PostgresStoreTest, ParametersFitTheTypesThatTheServerInfers) {
    open();
    store
        .migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TABLE t (id BIGINT, n BIGINT, i INTEGER, x DOUBLE PRECISION, s TEXT, b "
                "BYTEA, yes BOOLEAN);");
        })
        .value();
    write(store, "INSERT INTO t VALUES (1, $1, $2, $3, $4, $5, $6)", {7, 8, 9, 10, "bytes", true})
        .value();  // integers where others are wanted
    write(store, "INSERT INTO t VALUES (2, $1, $2, $3, $4, $5, $6)",
          {"7", "8", "9.5", 2.5, Param::blob("b"), "true"})
        .value();
    write(store, "INSERT INTO t VALUES (3, $1, $2, $3, $4, $5, $6)",
          {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr})
        .value();
    const Statement all = store.prepare("SELECT n, i, x, s, b, yes FROM t ORDER BY id");
    const Rows rows = store.read<Rows>([&](Transaction& tx) { return tx.query(all); }).value();
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].integer(1), 8);
    EXPECT_EQ(rows[0].real(2), 9);
    EXPECT_EQ(rows[0].text(3), "10");
    EXPECT_EQ(rows[0].text(4), "bytes");
    EXPECT_TRUE(rows[0].boolean(5));
    EXPECT_EQ(rows[1].integer(0), 7);
    EXPECT_EQ(rows[1].real(2), 9.5);
    EXPECT_EQ(rows[1].text(3), "2.5");
    for (std::uint32_t column = 0; column < 6; ++column) EXPECT_TRUE(rows[2].is_null(column));
}

TEST_F(PostgresStoreTest, AnUntypedNullFindsItsType) {
    open();
    write(store, "INSERT INTO items (id, amount) VALUES (1, 5)").value();
    EXPECT_EQ(
        number(store, "SELECT count(*) FROM items WHERE CAST($1 AS BIGINT) IS NULL OR amount = $1",
               {nullptr}),
        1);
    EXPECT_EQ(number(store, "SELECT COALESCE($1, amount) FROM items", {nullptr}), 5);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items WHERE $1 = '' OR $1 = 'x'", {nullptr}), 0);
}

TEST_F(PostgresStoreTest, NoValueReachesAnError) {
    open();
    for (const char* sql :
         {"INSERT INTO items (id) VALUES ($1)", "SELECT id FROM items WHERE id = $1"}) {
        const Status refused = write(store, sql, {"geheim@mail.example"});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::internal);
        EXPECT_THAT(refused.error().detail + refused.error().subject, Not(HasSubstr("geheim")));
        EXPECT_THAT(refused.error().detail, Not(HasSubstr("items")));
    }
}

TEST_F(PostgresStoreTest, TextThatCannotBeStoredIsTheCallersFault) {
    open();
    store.migrate([](SchemaTransaction& tx) { return tx.script("CREATE TABLE t (s TEXT);"); })
        .value();
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff\xfe")}) {
        const Status refused = write(store, "INSERT INTO t VALUES ($1)", {bad});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    }
    EXPECT_EQ(number(store, "SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresStoreTest, VerifyRefusesColumnsThatOtherStoresGiveAsSomethingElse) {
    open();
    store.prepare("SELECT sum(amount) FROM items");
    const Status refused = store.verify();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("CAST"));
    EXPECT_EQ(refused.error().subject, "SELECT sum(amount) FROM items");
}

TEST_F(PostgresStoreTest, ABodyMayNotMeddleWithTheTransaction) {
    open();
    for (const char* sql : {"COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT a",
                            "SET statement_timeout = 0", "COPY items TO STDOUT"}) {
        const Status refused = store.transact([&](Transaction& tx) -> Status {
            if (auto added = tx.query(store.prepare("INSERT INTO items (id) VALUES (1)")); !added)
                return std::move(added).error();
            Rows rows;
            return tx.run(store.prepare(sql), {}, rows);
        });
        ASSERT_FALSE(refused) << sql;
        EXPECT_EQ(refused.error().kind, Errc::internal) << sql;
        EXPECT_EQ(count(), 0) << sql;
    }
    const Status ended = store.migrate([](SchemaTransaction& tx) {
        return tx.script("INSERT INTO items (id) VALUES (2); COMMIT");
    });
    EXPECT_FALSE(ended);
    EXPECT_EQ(store
                  .transact([&](Transaction&) {
                      return store.transact([](Transaction&) { return Status(); });
                  })
                  .error()
                  .code,
              "store_nested");
    EXPECT_EQ(store.read([&](Transaction&) { return store.ping(); }).error().code, "store_nested");
    add(3).value();
}

TEST_F(PostgresStoreTest, EverythingIsUnavailableBeforeOpenAndAfterClose) {
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(write(store, "SELECT 1").error().kind, Errc::unavailable);
        EXPECT_EQ(read_number(store, "SELECT 1").error().kind, Errc::unavailable);
        EXPECT_EQ(store.ping().error().kind, Errc::unavailable);
        EXPECT_EQ(store.verify().error().kind, Errc::unavailable);
        if (round == 0) {
            open();
            store.close();
            store.close();
        }
    }
}

TEST_F(PostgresStoreTest, AConflictIsRunAgain) {
    open();
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    const Statement get = store.prepare("SELECT amount FROM items WHERE id = 1");
    const Statement set = store.prepare("UPDATE items SET amount = $1 WHERE id = 1");
    int runs = 0;
    store
        .transact([&](Transaction& tx) -> Status {
            auto rows = tx.query(get);
            if (!rows) return std::move(rows).error();
            // Another client is faster the first time.
            if (++runs == 1) database.sql("UPDATE items SET amount = 10 WHERE id = 1");
            if (auto changed = tx.query(set, {rows->front().integer(0) + 1}); !changed)
                return Error(Errc::conflict, "mapped", "By the body.");
            return {};
        })
        .value();
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(number(store, "SELECT amount FROM items WHERE id = 1"), 11);
    EXPECT_EQ(store.stats().conflicts, 1u);
}

TEST_F(PostgresStoreTest, ATransactionIsSerializableUnlessItAsksForLess) {
    open();
    const Statement level = store.prepare("SELECT current_setting('transaction_isolation')");
    const auto body = [&](Transaction& tx) -> Result<std::string> {
        auto rows = tx.query(level);
        if (!rows) return std::move(rows).error();
        return rows->front().string(0);
    };
    EXPECT_EQ(store.transact<std::string>(body).value(), "serializable");
    EXPECT_EQ(store.transact<std::string>(body, Isolation::snapshot).value(), "repeatable read");
    EXPECT_EQ(store.read<std::string>(body).value(), "repeatable read");
}

TEST_F(PostgresStoreTest, RetriesEndAsBusy) {
    open({.url = database.url(), .retry_attempts = 3});
    create_items(store);
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    int runs = 0;
    const Status done = store.transact([&](Transaction& tx) -> Status {
        ++runs;
        if (auto rows = tx.query(store.prepare("SELECT amount FROM items")); !rows)
            return std::move(rows).error();
        database.sql("UPDATE items SET amount = amount + 1");
        Rows rows;
        return tx.run(store.prepare("UPDATE items SET amount = 0"), {}, rows);
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::busy);
    EXPECT_TRUE(done.error().retry_after);
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(number(store, "SELECT amount FROM items"), 3);
}

TEST_F(PostgresStoreTest, ADeadlockIsSettled) {
    open();
    write(store, "INSERT INTO items (id) VALUES (1), (2)").value();
    const Statement raise = store.prepare("UPDATE items SET amount = amount + 1 WHERE id = $1");
    std::atomic<int> first_runs{0};
    std::promise<void> both;
    std::shared_future<void> met = both.get_future().share();
    const auto in_order = [&](int one, int two) {
        bool first_run = true;
        return store.transact([&, one, two](Transaction& tx) -> Status {
            if (auto done = tx.query(raise, {one}); !done) return std::move(done).error();
            if (std::exchange(first_run, false)) {  // each holds what the other wants
                if (++first_runs == 2) both.set_value();
                met.wait();
            }
            if (auto done = tx.query(raise, {two}); !done) return std::move(done).error();
            return {};
        });
    };
    auto other = std::async(std::launch::async, [&] { return in_order(2, 1); });
    in_order(1, 2).value();
    other.get().value();
    EXPECT_EQ(number(store, "SELECT CAST(sum(amount) AS BIGINT) FROM items"), 4);
    EXPECT_GE(store.stats().conflicts, 1u);
}

TEST_F(PostgresStoreTest, WaitsForLocksAndStatementsEnd) {
    open(hasty(database.url()));
    create_items(store);
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    PostgresStore holder;
    holder.open({.url = database.url()}).value();
    holder
        .transact([&](Transaction& tx) -> Status {
            if (auto locked = tx.query(holder.prepare("UPDATE items SET amount = 1 WHERE id = 1"));
                !locked)
                return std::move(locked).error();
            const Status waited = write(store, "UPDATE items SET amount = 2 WHERE id = 1");
            EXPECT_EQ(waited.error().kind, Errc::busy);
            EXPECT_EQ(waited.error().subject, "55P03");
            return {};
        })
        .value();
    const Status slow = write(store, "SELECT 1 FROM pg_sleep(60)");
    EXPECT_EQ(slow.error().kind, Errc::busy);
    EXPECT_EQ(slow.error().subject, "57014");
    write(store, "UPDATE items SET amount = 3 WHERE id = 1").value();
}

TEST_F(PostgresStoreTest, ThePoolLendsNoMoreThanItHas) {
    Options options = hasty(database.url());
    options.pool_size = 1;
    options.pool_timeout = 100ms;
    open(options);
    create_items(store);
    std::promise<void> inside, go;
    auto holder = std::async(std::launch::async, [&] {
        return store.read([&](Transaction&) -> Status {
            inside.set_value();
            go.get_future().wait();
            return {};
        });
    });
    inside.get_future().wait();
    const Status refused = store.ping();
    go.set_value();
    holder.get().value();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::busy);
    store.ping().value();
}

TEST_F(PostgresStoreTest, StatementsOfAChangedTableArePreparedAgain) {
    open();
    const std::string_view all = "SELECT * FROM items";
    EXPECT_EQ(number(store, all), -1);
    database.sql("ALTER TABLE items ADD COLUMN note TEXT");
    EXPECT_EQ(number(store, all), -1);
}

TEST_F(PostgresStoreTest, RefusesAServerThatWouldNotKeepItsPromise) {
    database.sql("ALTER DATABASE " + database.name() + " SET synchronous_commit = off");
    open();  // turned on for the session
    EXPECT_EQ(number(store,
                     "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND "
                     "setting = 'on'"),
              1);
    PostgresStore pooled;  // where there is no session to turn it on in
    const Status refused = pooled.open({.url = database.url(), .pgbouncer = true});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("synchronous_commit"));

    PostgresServer::shared().sql(
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE "
        "'C'");
    PostgresStore latin;
    const Status encoded = latin.open({.url = PostgresServer::shared().url("latin")});
    PostgresServer::shared().sql("DROP DATABASE latin WITH (FORCE)");
    ASSERT_FALSE(encoded);
    EXPECT_THAT(encoded.error().detail, HasSubstr("UTF8"));
}

TEST_F(PostgresStoreTest, UniqueIndexesAreNamedThroughConcurrentInserts) {
    open();
    std::atomic<int> added{0}, refused{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 6; ++thread)
        threads.emplace_back([&] {
            for (int id = 0; id < 20; ++id) {
                const Status done = add(id);
                if (done)
                    ++added;
                else if (done.error().is_unique("items_pkey"))
                    ++refused;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(added.load(), 20);
    EXPECT_EQ(refused.load(), 100);
}

}  // namespace
}  // namespace kitchen::postgres
