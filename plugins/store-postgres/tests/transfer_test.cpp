// From a file to PostgreSQL and back: the way of a restaurant that outgrows one machine.
#include "transfer/store_copy.h"

#include "kitchen/testkit/temporary_directory.h"
#include "sqlite_store.h"
#include "pgbouncer.h"
#include "postgres_fixture.h"

namespace kitchen::postgres {
namespace {

class Transfer : public PostgresStoreTest {
protected:
    static void make_tables(Store& store) {
        const Dialect dialect = store.dialect();
        const std::string identity(dialect.identity), blob(dialect.blob);
        store
            .migrate([&](SchemaTransaction& tx) {
                return tx.script(
                    "CREATE TABLE kitchen_migrations (plugin TEXT NOT NULL, number BIGINT NOT "
                    "NULL, checksum TEXT NOT NULL);"
                    "CREATE TABLE guests (id " +
                    identity +
                    ", name TEXT, referred_by BIGINT REFERENCES guests (id));"
                    "CREATE TABLE empty_one (id " +
                    identity +
                    ", name TEXT);"
                    "CREATE TABLE album (guest_id BIGINT NOT NULL REFERENCES guests (id), "
                    "\"order\" BIGINT, score DOUBLE PRECISION, data " +
                    blob + ");");
            })
            .value();
    }
    void SetUp() override {
        open({.url = database.url()});
        file.open({.path = (directory.path() / "kitchen.db").string()}).value();
        make_tables(store);
        make_tables(file);
        write(file,
              "INSERT INTO guests (id, name, referred_by) "
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) "
              "SELECT i, CASE WHEN i % 7 > 0 THEN 'Ọlá' END, CASE WHEN i > 1 THEN i - 1 END FROM n")
            .value();
        write(file, "INSERT INTO album VALUES ($1, $2, $3, $4)",
              {std::int64_t{2}, nullptr, 0.1, Param::blob(std::string_view("\0\xff'", 3))})
            .value();
    }

    testkit::TemporaryDirectory directory;
    sqlite::SqliteStore file;
};

TEST_F(Transfer, ADatabaseIsInUseWhileAServerIsConnected) {
    PostgresStore other(Options{.url = database.url()});
    const Status used = other.alone();
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, "store_in_use");
    store.close();
    EXPECT_TRUE(testkit::wait_until([&] { return other.alone().has_value(); }));
    EXPECT_TRUE(PostgresStore(Options{.url = "postgresql://127.0.0.1:1/none"}).alone());
}

// Its sessions stay when a server has gone.
TEST_F(Transfer, BehindAPoolerItIsInUseWhileAServerHasALease) {
    const PgBouncer pooler(PostgresServer::shared().port());
    PostgresStore other(
        Options{.url = PostgresServer::url_on(pooler.port(), database.name()), .pgbouncer = true});
    EXPECT_TRUE(other.alone()) << "an empty database";
    database.sql("CREATE TABLE kitchen_turns (job TEXT, holder TEXT, held_until BIGINT)");
    EXPECT_TRUE(other.alone());
    const std::string until = "SELECT 'server 5f3c', '', extract(epoch FROM now()) * 1000 ";
    database.sql("INSERT INTO kitchen_turns " + until + "- 1000");
    EXPECT_TRUE(other.alone()) << "one that was killed";
    database.sql("INSERT INTO kitchen_turns " + until + "+ 3600000");
    const Status used = other.alone();
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, "store_in_use");
}

TEST_F(Transfer, ADatabaseIsReachedOrSaysWhyNot) {
    EXPECT_TRUE(PostgresStore(Options{.url = database.url()}).reach());
    const Status refused =
        PostgresStore(Options{.url = PostgresServer::shared().url("no_such_database")}).reach();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("no_such_database"), std::string::npos);
}

TEST_F(Transfer, CarriesEveryCellThereAndBack) {
    const auto copied = transfer::copy_store({file, file}, {store, store});
    ASSERT_TRUE(copied) << copied.error().detail << copied.error().subject;
    EXPECT_EQ(number(store, "SELECT count(*) FROM guests WHERE name = 'Ọlá'"), 1286);
    EXPECT_EQ(
        number(store,
               "SELECT octet_length(data) FROM album WHERE score = 0.1 AND \"order\" IS NULL"),
        3);

    sqlite::SqliteStore again;
    again.open({.path = (directory.path() / "again.db").string()}).value();
    make_tables(again);
    const auto back = transfer::copy_store({store, store}, {again, again});
    ASSERT_TRUE(back) << back.error().detail;
    ASSERT_EQ(back->size(), copied->size());
    for (std::size_t i = 0; i < back->size(); ++i) {
        EXPECT_EQ((*back)[i].rows, (*copied)[i].rows) << (*back)[i].name;
        EXPECT_EQ((*back)[i].checksum, (*copied)[i].checksum) << (*back)[i].name;
    }
}

TEST_F(Transfer, NewIdsComeAfterThoseCopied) {
    ASSERT_TRUE(transfer::copy_store({file, file}, {store, store}));
    write(store, "INSERT INTO guests (name) VALUES ('new')").value();
    EXPECT_EQ(number(store, "SELECT max(id) FROM guests"), 1501);
    write(store, "INSERT INTO empty_one (name) VALUES ('first')").value();
    EXPECT_EQ(number(store, "SELECT max(id) FROM empty_one"), 1);
}

}  // namespace
}  // namespace kitchen::postgres
