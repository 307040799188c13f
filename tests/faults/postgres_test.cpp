// PostgreSQL is lost in every way there is, while customers order.
#include <libpq-fe.h>
#include <signal.h>

#include <vector>

#include "fault_fixture.h"
#include "kitchen/testkit/fault_proxy.h"

namespace kitchen::tests {
namespace {

class PostgresFault : public FaultTest {
protected:
    void end_sessions() {
        postgres->sql(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = "
            "'kitchen'");
    }
    /// Refused in order: the service says that it is away, and it is the database that is.
    void expect_absence() {
        EXPECT_TRUE(load->wait_for_failures()) << load->summary();
        EXPECT_TRUE(server->wait_for_health("down"));
        EXPECT_EQ(server->client().get("/readyz").status, 503);
        EXPECT_EQ(server->client().get("/livez").status, 200);
    }
};

TEST_F(PostgresFault, Restarted) {
    open_on_postgres();
    for (int round = 0; round < 2; ++round) {
        postgres->restart();
        expect_next_order();
    }
    expect_recovery();
}

TEST_F(PostgresFault, AwayForAWhile) {
    open_on_postgres();
    postgres->stop();
    expect_absence();
    postgres->start();
    expect_recovery();
}

TEST_F(PostgresFault, SessionsKilledAgainAndAgain) {
    open_on_postgres();
    const auto end = std::chrono::steady_clock::now() + fault_seconds();
    int rounds = 0;
    do {
        EXPECT_TRUE(load->wait_for_orders(2)) << load->summary();
        end_sessions();
        ++rounds;
    } while (rounds < 5 || std::chrono::steady_clock::now() < end);
    std::cout << rounds << " times; ";
    expect_recovery();
}

TEST_F(PostgresFault, Frozen) {
    open_on_postgres();
    postgres->freeze();
    expect_absence();
    postgres->thaw();
    expect_recovery();
}

// Another program holds every connection there is.
TEST_F(PostgresFault, OutOfConnections) {
    open_on_postgres({.settings = {"max_connections=20", "max_wal_senders=0"}});
    server->process().signal(SIGSTOP);  // or it would be quicker than we are
    end_sessions();
    std::vector<PGconn*> hoard;
    do hoard.push_back(PQconnectdb(postgres->url("postgres").c_str()));
    while (PQstatus(hoard.back()) == CONNECTION_OK && hoard.size() < 100);
    EXPECT_NE(std::string(PQerrorMessage(hoard.back())).find("too many clients"), std::string::npos)
        << PQerrorMessage(hoard.back());
    server->process().signal(SIGCONT);
    expect_absence();
    for (PGconn* connection : hoard) PQfinish(connection);
    expect_recovery();
}

// The primary is lost for good; its standby, to which every commit has gone before it was
// acknowledged, takes its place under a url that names both. Another standby follows the server
// that is the primary, and both are listed as replicas.
TEST_F(PostgresFault, TheStandbyIsPromoted) {
    start_postgres();
    const auto standby = testkit::PostgresServer::replica_of(*postgres);
    const auto other = testkit::PostgresServer::replica_of(*postgres);
    const std::string first = std::to_string(postgres->port());
    const std::string second = std::to_string(standby->port());
    other->sql("ALTER SYSTEM SET primary_conninfo = 'user=postgres host=127.0.0.1,127.0.0.1 port=" +
               first + "," + second + " target_session_attrs=read-write'");
    other->sql("SELECT pg_reload_conf()");
    postgres->sql("ALTER SYSTEM SET synchronous_standby_names = 'FIRST 2 (*)'");
    postgres->sql("SELECT pg_reload_conf()");
    ASSERT_TRUE(testkit::wait_until([&] {
        return postgres->sql(
                   "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "2";
    }));
    RestaurantConfig config = impatient_postgres(
        postgres->port(), "replica_max_lag: 1s, replica_urls: ['" + standby->url("kitchen") +
                              "', '" + other->url("kitchen") + "']");
    const std::string here = "127.0.0.1:" + first;
    config.store.insert(config.store.find(here) + here.size(), ",127.0.0.1:" + second);
    open(std::move(config));
    const auto replica = [&](const std::string& what, int number) {
        return server->metric("kitchen_store_replica_" + what + "{replica=\"" +
                              std::to_string(number) + "\"}");
    };
    EXPECT_TRUE(testkit::wait_until(
        [&] { return replica("reads_total", 1) > 0 && replica("reads_total", 2) > 0; }));
    EXPECT_TRUE(server->wait_for_health("ok"));
    other->sql("SELECT pg_wal_replay_pause()");
    EXPECT_TRUE(testkit::wait_until([&] { return replica("fit", 2) == 0; }));
    EXPECT_TRUE(server->wait_for_health("degraded"));
    EXPECT_GE(replica("lag_seconds", 2), 0.5);
    EXPECT_EQ(server->client().get("/readyz").status, 200);
    other->sql("SELECT pg_wal_replay_resume()");
    EXPECT_TRUE(server->wait_for_health("ok"));
    // One that is ahead of the promoted one could not follow it: both have all there is.
    server->process().signal(SIGSTOP);
    EXPECT_TRUE(testkit::wait_until([&] {
        return postgres->sql(
                   "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= "
                   "pg_current_wal_flush_lsn()") == "2";
    }));
    postgres->stop();
    server->process().signal(SIGCONT);
    expect_absence();
    sql = [&](const std::string& statement) { return standby->sql(statement, "kitchen"); };
    standby->sql("SELECT pg_promote()");
    expect_next_order();
    // The one is a replica no more, the other follows it.
    EXPECT_TRUE(
        testkit::wait_until([&] { return replica("fit", 1) == 0 && replica("fit", 2) == 1; }));
    const double before = replica("reads_total", 2);
    EXPECT_TRUE(testkit::wait_until([&] { return replica("reads_total", 2) > before; }));
    expect_recovery();
    load.reset();
    server.reset();
}

// The client cannot tell whether it was committed; the key settles it.
TEST_F(PostgresFault, TheResponseToCommitIsLost) {
    start_postgres();
    testkit::FaultProxy proxy(postgres->port());
    open(impatient_postgres(proxy.port()));
    for (int round = 0; round < 10; ++round) {
        if (round % 3 == 2)
            proxy.cut_before("COMMIT");
        else
            proxy.cut_response_to("COMMIT");
        EXPECT_TRUE(testkit::wait_until([&] { return proxy.strikes() == round + 1; }));
    }
    expect_recovery();
    const auto outcomes = load->outcomes();
    EXPECT_GE(outcomes.contains("503 commit_unknown") ? outcomes.at("503 commit_unknown") : 0, 1)
        << load->summary();
    load.reset();
    server.reset();
}

}  // namespace
}  // namespace kitchen::tests
