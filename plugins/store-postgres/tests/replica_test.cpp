// Reads on hot standbys: when one may serve them, and what happens when none may.
#include <fstream>

#include "postgres_fixture.h"

namespace kitchen::postgres {
namespace {

class ReplicasTest : public testing::Test {
protected:
    ReplicasTest() {
        for (auto& standby : standbys) standby = PostgresServer::replica_of(primary);
        Options options = hasty(database.url());
        options.statement_timeout = 5s;  // one that is late would count as gone
        for (const auto& standby : standbys)
            options.replica_urls.push_back(standby->url(database.name()));
        store.open(options, &log).value();
        another.open({.url = database.url()}).value();
        create_items(store);
        EXPECT_TRUE(testkit::wait_until([&] { return follow(0s), served_by() == "1 1 0"; }));
    }
    /// What the jobs of the plugin do, `later` than the last time.
    void follow(std::chrono::seconds later) {
        now += later;
        (void)store.follow_primary(now);
        look();
    }
    void look() {
        store.look_at_replica(0);
        store.look_at_replica(1);
    }
    static std::int64_t count_of(PostgresStore& from, Staleness staleness) {
        const Statement all = from.prepare("SELECT count(*) FROM items");
        return from
            .read<std::int64_t>(
                [&](Transaction& tx) -> Result<std::int64_t> {
                    auto rows = tx.query(all);
                    if (!rows) return std::move(rows).error();
                    return rows->front().integer(0);
                },
                staleness)
            .value();
    }
    std::int64_t count() { return count_of(store, Staleness::bounded); }
    /// How many of two reads each replica served, and the primary.
    std::string served_by() {
        const std::uint64_t before[] = {store.replica(0).reads, store.replica(1).reads};
        (void)count();
        (void)count();
        const auto first = store.replica(0).reads - before[0];
        const auto second = store.replica(1).reads - before[1];
        return std::to_string(first) + ' ' + std::to_string(second) + ' ' +
               std::to_string(2 - first - second);
    }
    /// Both have replayed all there is.
    bool are_equal() {
        look();
        return store.replica(0).lag == 0ms && store.replica(1).lag == 0ms;
    }
    void pause(int standby) { standbys[standby]->sql("SELECT pg_wal_replay_pause()"); }
    void resume(int standby) { standbys[standby]->sql("SELECT pg_wal_replay_resume()"); }
    /// As another process does it.
    void add_elsewhere(int id) {
        write(another, "INSERT INTO items (id) VALUES ($1)", {id}).value();
    }

    PostgresServer primary{};
    PostgresDatabase database{primary};
    std::unique_ptr<PostgresServer> standbys[2];
    testkit::RecordingLogger log;
    PostgresStore store, another;
    LogNotes::Time now{1h};
};

TEST_F(ReplicasTest, ServeReadsInTurnOnceTheyHaveSeenWhatWasWritten) {
    for (int i = 0; i < 20; ++i) {
        write(store, "INSERT INTO items (id) VALUES ($1)", {i}).value();
        ASSERT_EQ(count(), i + 1);  // from any of the three
        ASSERT_EQ(count(), i + 1);
    }
    ASSERT_TRUE(testkit::wait_until([&] { return served_by() == "1 1 0"; }));
    EXPECT_EQ(count(), 20);
    EXPECT_EQ(count(), 20);
}

TEST_F(ReplicasTest, NoneServesAReadBeforeTheFirstNote) {
    PostgresStore fresh;
    fresh.open({.url = database.url(), .replica_urls = {standbys[0]->url(database.name())}})
        .value();
    EXPECT_EQ(count_of(fresh, Staleness::bounded), 0);
    EXPECT_EQ(fresh.replica(0).reads, 0U);
    fresh.follow_primary(now).value();
    EXPECT_TRUE(testkit::wait_until([&] {
        fresh.look_at_replica(0);
        (void)count_of(fresh, Staleness::bounded);
        return fresh.replica(0).reads > 0;
    }));
}

TEST_F(ReplicasTest, NoneServesAReadThatMustMissNothing) {
    for (const int standby : {0, 1}) pause(standby);
    add_elsewhere(1);
    EXPECT_EQ(served_by(), "1 1 0");
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(count_of(store, Staleness::none), 1);
}

TEST_F(ReplicasTest, WhatThisProcessWroteIsReadFromAnyThatHasIt) {
    pause(0);
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    ASSERT_TRUE(testkit::wait_until([&] { return served_by() == "0 2 0"; }));
    pause(1);
    write(store, "INSERT INTO items (id) VALUES (2)").value();
    EXPECT_EQ(served_by(), "0 0 2");
    EXPECT_EQ(count(), 2);
    resume(0);
    resume(1);
    ASSERT_TRUE(testkit::wait_until([&] { return served_by() == "1 1 0"; }));
    EXPECT_EQ(count(), 2);
}

// What it wrote may be there, at a place that it never learnt, until it has seen a later one.
TEST_F(ReplicasTest, AfterACommitOfUnknownFateThisProcessAsksThePrimary) {
    FaultProxy proxy(primary.port());
    Options options = hasty(PostgresServer::url_on(proxy.port(), database.name()));
    options.replica_urls = {standbys[0]->url(database.name())};
    PostgresStore shaken;
    shaken.open(options).value();
    shaken.follow_primary(now).value();
    const auto add = [&](int id) {
        return write(shaken, "INSERT INTO items (id) VALUES ($1)", {id});
    };
    const auto asks_the_replica = [&] {
        const std::uint64_t before = shaken.replica(0).reads;
        (void)count_of(shaken, Staleness::bounded);
        return shaken.replica(0).reads > before;
    };
    ASSERT_TRUE(testkit::wait_until(asks_the_replica));
    pause(0);
    proxy.cut_response_to("COMMIT");
    EXPECT_EQ(add(1).error().code, "commit_unknown");
    EXPECT_EQ(count_of(shaken, Staleness::bounded), 1);
    resume(0);
    ASSERT_TRUE(testkit::wait_until(
        [&] { return standbys[0]->sql("SELECT count(*) FROM items", database.name()) == "1"; }));
    EXPECT_FALSE(asks_the_replica());
    add(2).value();
    EXPECT_TRUE(testkit::wait_until(asks_the_replica));
}

TEST_F(ReplicasTest, OneBehindTheLimitServesNoneUntilItHasCaughtUp) {
    pause(0);
    add_elsewhere(1);
    follow(5s);
    // This process has written nothing, so an older state will do, for a while.
    EXPECT_EQ(served_by(), "1 1 0");
    ASSERT_TRUE(testkit::wait_until([&] { return follow(0s), !store.replica(1).lag->count(); }));
    follow(9s);
    EXPECT_EQ(served_by(), "0 2 0");
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(store.replica(0).standing, ReplicaStanding::behind);
    EXPECT_GE(store.replica(0).lag, 9s);
    EXPECT_LE(store.replica(0).lag, 14s);
    EXPECT_TRUE(log.contains("too far behind"));
    resume(0);
    ASSERT_TRUE(testkit::wait_until([&] { return are_equal(); }));
    EXPECT_EQ(served_by(), "1 1 0");
    EXPECT_TRUE(log.contains("serves reads again"));
}

// The test travels with the read: between two looks nothing older comes out.
TEST_F(ReplicasTest, OneBehindTheLimitIsFoundByTheRead) {
    pause(0);
    add_elsewhere(1);
    now += 1s;
    store.follow_primary(now).value();
    ASSERT_TRUE(testkit::wait_until([&] {
        store.look_at_replica(1);
        return store.replica(1).lag == 0ms;
    }));
    now += 9s;
    store.follow_primary(now).value();
    EXPECT_EQ(store.replica(0).standing, ReplicaStanding::fit);
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(store.replica(0).standing, ReplicaStanding::behind);
}

// It has replayed all that it received, and so is not behind by what it says itself.
TEST_F(ReplicasTest, OneThatIsCutOffFromThePrimaryIsNoticed) {
    ASSERT_TRUE(testkit::wait_until([&] { return are_equal(); }));
    const std::string conninfo = standbys[0]->sql("SHOW primary_conninfo");
    const auto follow_at = [&](const std::string& where) {
        standbys[0]->sql("ALTER SYSTEM SET primary_conninfo = '" + where + "'");
        standbys[0]->sql("SELECT pg_reload_conf()");
    };
    follow_at("");
    ASSERT_TRUE(testkit::wait_until(
        [&] { return standbys[0]->sql("SELECT count(*) FROM pg_stat_wal_receiver") == "0"; }));
    add_elsewhere(1);
    follow(1s);
    ASSERT_TRUE(testkit::wait_until([&] { return look(), store.replica(1).lag == 0ms; }));
    EXPECT_EQ(standbys[0]->sql("SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"), "t");
    follow(9s);
    EXPECT_EQ(served_by(), "0 2 0");
    EXPECT_EQ(count(), 1);
    std::string quoted;
    for (const char c : conninfo) quoted += c == '\'' ? "''" : std::string(1, c);
    follow_at(quoted);
    ASSERT_TRUE(testkit::wait_until([&] { return are_equal(); }));
    EXPECT_EQ(served_by(), "1 1 0");
}

// A failover takes a while, in which nothing is written.
TEST_F(ReplicasTest, GoOnWhileThePrimaryIsAway) {
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    ASSERT_TRUE(testkit::wait_until([&] { return served_by() == "1 1 0"; }));
    primary.stop();
    EXPECT_FALSE(store.follow_primary(now += 1h));
    look();
    EXPECT_EQ(served_by(), "1 1 0");
    EXPECT_EQ(count(), 1);
}

TEST_F(ReplicasTest, ThoseThatAreGoneOrFrozenArePassedOver) {
    write(store, "INSERT INTO items (id) VALUES (1)").value();
    ASSERT_TRUE(testkit::wait_until([&] { return served_by() == "1 1 0"; }));
    standbys[0]->stop();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(count(), 1);
    EXPECT_EQ(served_by(), "0 2 0");
    standbys[1]->freeze();
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(served_by(), "0 0 2");
    EXPECT_EQ(store.replica(0).standing, ReplicaStanding::gone);
    EXPECT_FALSE(store.replica(0).lag);
    EXPECT_EQ(store.replica(1).standing, ReplicaStanding::gone);
    standbys[1]->thaw();
    standbys[0]->start();
    ASSERT_TRUE(testkit::wait_until([&] { return look(), served_by() == "1 1 0"; }));
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(log.contains("server=replica 1"));
    EXPECT_TRUE(log.contains("server=replica 2"));
}

// It has a log of its own from then on.
TEST_F(ReplicasTest, OneThatWasPromotedIsNone) {
    standbys[0]->sql("SELECT pg_promote()");
    follow(0s);
    EXPECT_EQ(store.replica(0).standing, ReplicaStanding::primary);
    EXPECT_EQ(served_by(), "0 2 0");
}

// As after a failover to a standby that was not the one that was furthest: another cannot follow
// it, and its place in the log is further on, though in another log.
TEST_F(ReplicasTest, OneThatHasWhatTheNewPrimaryLacksIsNone) {
    standbys[0]->sql("ALTER SYSTEM SET primary_conninfo = ''");
    standbys[0]->sql("SELECT pg_reload_conf()");
    ASSERT_TRUE(testkit::wait_until(
        [&] { return standbys[0]->sql("SELECT count(*) FROM pg_stat_wal_receiver") == "0"; }));
    primary.sql("SELECT pg_switch_wal()");  // 16 MB further on
    add_elsewhere(1);
    ASSERT_TRUE(testkit::wait_until(
        [&] { return standbys[1]->sql("SELECT count(*) FROM items", database.name()) == "1"; }));
    primary.stop();
    standbys[0]->sql("SELECT pg_promote()");

    Options options = hasty(standbys[0]->url(database.name()));
    options.statement_timeout = 5s;
    options.replica_urls = {standbys[1]->url(database.name())};
    PostgresStore after;
    ASSERT_TRUE(testkit::wait_until([&] { return after.open(options, &log).has_value(); }));
    after.follow_primary(now).value();
    after.look_at_replica(0);
    after.follow_primary(now += 1s).value();
    EXPECT_EQ(after.replica(0).standing, ReplicaStanding::apart);
    after.look_at_replica(0);
    EXPECT_EQ(after.replica(0).standing, ReplicaStanding::apart);
    EXPECT_TRUE(log.contains("what the primary does not have"));
    EXPECT_EQ(count_of(after, Staleness::bounded), 0);
    standbys[0]->sql("SELECT pg_switch_wal(), pg_switch_wal()");
    write(after, "INSERT INTO items (id) VALUES (2), (3)").value();
    for (int i = 0; i < 3; ++i) standbys[0]->sql("CHECKPOINT; SELECT pg_switch_wal()");
    after.follow_primary(now += 1s).value();
    after.look_at_replica(0);
    EXPECT_EQ(after.replica(0).standing, ReplicaStanding::apart) << "also when the log is longer";
    EXPECT_EQ(count_of(after, Staleness::bounded), 2);
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
          blind.migrate([](SchemaTransaction& tx) { return tx.script("CREATE TABLE x (y TEXT)"); }),
          blind.read([&](Transaction& tx) -> Status {  // it may lack what was acknowledged
              Rows rows;
              return tx.run(blind.prepare("SELECT count(*) FROM items"), {}, rows);
          })}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unavailable) << refused.error().detail;
        EXPECT_TRUE(refused.error().retry_after);
    }
    server.sql("SELECT pg_promote()");
    ASSERT_TRUE(testkit::wait_until([&] { return add(blind, 1).has_value(); }));
}

}  // namespace
}  // namespace kitchen::postgres
