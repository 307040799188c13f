// Reads on a hot standby: when it may serve them, and what happens when it may not.
#include <fstream>

#include "postgres_fixture.h"

namespace kitchen::postgres {
namespace {

class Replica : public testing::Test {
protected:
    Replica() : standby(PostgresServer::replica_of(primary)) {
        Options options = hasty(database.url());
        options.replica_url = standby->url(database.name());
        store.open(options, &log).value();
        create_items(store);
        standby->sql("SELECT 1", database.name());
    }
    void pause() { standby->sql("SELECT pg_wal_replay_pause()"); }
    void resume() { standby->sql("SELECT pg_wal_replay_resume()"); }
    std::int64_t count() { return number(store, "SELECT count(*) FROM items"); }
    bool reads_from_replica() {
        const auto before = store.stats().replica_reads;
        (void)count();
        return store.stats().replica_reads > before;
    }

    PostgresServer primary{};
    PostgresDatabase database{primary};
    std::unique_ptr<PostgresServer> standby;
    testkit::RecordingLogger log;
    PostgresStore store;
};

TEST_F(Replica, ServesReadsOnceItHasSeenWhatWasWritten) {
    ASSERT_TRUE(testkit::wait_until([&] { return reads_from_replica(); }));
    for (int i = 0; i < 20; ++i) {
        write(store, "INSERT INTO items (id) VALUES ($1)", {i}).value();
        ASSERT_EQ(count(), i + 1);  // from either server
    }
    ASSERT_TRUE(testkit::wait_until([&] { return reads_from_replica(); }));
    EXPECT_EQ(count(), 20);
}

TEST_F(Replica, OneThatIsBehindIsPassedOver) {
    ASSERT_TRUE(testkit::wait_until([&] { return reads_from_replica(); }));
    pause();
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    EXPECT_FALSE(reads_from_replica());
    EXPECT_EQ(count(), 1);
    // Another process has written nothing, so an older state is right for it.
    PostgresStore other;
    other.open({.url = database.url(), .replica_url = standby->url(database.name())}).value();
    EXPECT_EQ(number(other, "SELECT count(*) FROM items"), 0);
    resume();
    ASSERT_TRUE(testkit::wait_until([&] { return reads_from_replica(); }));
    EXPECT_EQ(count(), 1);
}

TEST_F(Replica, OneThatIsGoneOrFrozenIsPassedOver) {
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    standby->stop();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(count(), 1);
    standby->start();
    ASSERT_TRUE(testkit::wait_until([&] { return reads_from_replica(); }));
    standby->freeze();
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(count(), 1);
    standby->thaw();
    ASSERT_TRUE(testkit::wait_until([&] { return reads_from_replica(); }));
    EXPECT_TRUE(log.contains("server=replica"));
}

class Demoted : public testing::Test {
protected:
    Demoted() {
        Options options = hasty(database.url());
        options.retry_time = 300ms;
        store.open(options, &log).value();
        create_items(store);
    }
    void demote() {
        std::ofstream(server.sql("SHOW data_directory") + "/standby.signal");
        server.restart();
    }
    Status add(PostgresStore& to, int id) {
        return write(to, "INSERT INTO items (id) VALUES ($1)", {id});
    }

    PostgresServer server{};
    PostgresDatabase database{server};
    testkit::RecordingLogger log;
    PostgresStore store;
};

TEST_F(Demoted, APrimaryThatComesBackAsAStandbyIsOutOfReachUntilItIsPromoted) {
    add(store, 1).value();
    demote();
    const Status refused = add(store, 2);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_TRUE(refused.error().retry_after);
    const Status ping = store.ping();
    ASSERT_FALSE(ping);
    EXPECT_EQ(ping.error().kind, Errc::unavailable);
    EXPECT_TRUE(log.contains("hot standby") || log.contains("read-only"));
    server.sql("SELECT pg_promote()");
    ASSERT_TRUE(testkit::wait_until([&] { return add(store, 2).has_value(); }));
    EXPECT_TRUE(store.ping());
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 2);
}

// As behind a pooler, whose sessions outlive the server's.
TEST_F(Demoted, ASessionOnAStandbyIsGivenUp) {
    demote();
    Options any = hasty(database.url() + "?target_session_attrs=any");
    any.retry_time = 300ms;
    PostgresStore blind;
    blind.open(any).value();
    for (const auto& refused :
         {add(blind, 1), blind.ping(),
          blind.transact(
              [&](Transaction& tx) -> Status {
                  Rows rows;
                  return tx.run(blind.prepare("INSERT INTO items (id) VALUES (5)"), {}, rows);
              },
              Isolation::snapshot),
          blind.migrate(
              [](SchemaTransaction& tx) { return tx.script("CREATE TABLE x (y TEXT)"); })}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unavailable) << refused.error().detail;
        EXPECT_TRUE(refused.error().retry_after);
    }
    EXPECT_EQ(number(blind, "SELECT count(*) FROM items"), 0);  // it can be read all the same
    server.sql("SELECT pg_promote()");
    ASSERT_TRUE(testkit::wait_until([&] { return add(blind, 1).has_value(); }));
}

}  // namespace
}  // namespace kitchen::postgres
