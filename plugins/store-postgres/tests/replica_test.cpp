// Reads on a hot standby: when it may serve them, and what happens when it may not.
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

}  // namespace
}  // namespace kitchen::postgres
