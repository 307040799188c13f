// Migrations that older servers would not survive, on a real store: two servers are two leases
// here.
#include "jobs/server_lease.h"

#include <optional>

#include <gmock/gmock.h>

#include "kitchen/testkit/fakes.h"
#include "memory_store.h"
#include "migrate/migrator.h"

namespace kitchen::sqlite {
namespace {

using jobs::ServerLease;
using migrate::Migrator;

constexpr Migration versions[] = {
    {1, "0001_dishes", "-- expand\nCREATE TABLE dishes (old BIGINT, id BIGINT);"},
    {2, "0002_new", "-- expand\nALTER TABLE dishes ADD COLUMN new BIGINT;"},
    {3, "0003_old", "-- contract after 0002\nALTER TABLE dishes DROP COLUMN old;"},
    {4, "0004_rule", "-- contract\nDELETE FROM dishes;"}};
constexpr std::span all(versions);

class Leases : public testing::Test {
protected:
    void SetUp() override { store.open().value(); }
    void serve(std::optional<ServerLease>& server, const std::string& id, int knows) {
        server.emplace(store, clock, log, id, "auth:9 menu:" + std::to_string(knows) + " ");
        ASSERT_TRUE(server->take());
    }
    /// What a server does that knows so many: "" when it may go on.
    std::string start(std::size_t knows) {
        const auto applied = Migrator(store, clock).apply("menu", all.first(knows));
        return applied ? std::string() : applied.error().code;
    }

    MemoryStore store;
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    std::optional<ServerLease> old, other;
};

TEST_F(Leases, AnExpansionIsAppliedBesideOlderServersWhichMayStartAgain) {
    serve(old, "old", 1);
    EXPECT_EQ(start(1), "");
    EXPECT_EQ(start(2), "");
    EXPECT_EQ(start(1), "") << "back";
    EXPECT_EQ(start(2), "") << "and forth";
}

TEST_F(Leases, AContractWaitsUntilNoServerRunsThatItWouldBreak) {
    serve(old, "old", 1);
    ASSERT_EQ(start(2), "");
    EXPECT_EQ(start(3), "older_servers");
    serve(other, "other", 2);
    EXPECT_EQ(start(3), "older_servers") << "one is enough";
    old.reset();
    EXPECT_EQ(start(3), "") << "it says: after 0002";
    EXPECT_EQ(start(2), "");
    EXPECT_EQ(start(1), "database_newer");
    EXPECT_EQ(start(4), "older_servers") << "it says after nothing";
    serve(other, "another", 4);
    EXPECT_EQ(start(4), "");
    EXPECT_EQ(start(3), "database_newer");
}

TEST_F(Leases, AServerThatWasKilledCountsUntilItsLeaseRunsOut) {
    // Not renewed: this clock does not go on by itself.
    serve(old, "killed", 1);
    ASSERT_EQ(start(2), "");
    clock.advance(ServerLease::length - std::chrono::seconds(1));
    EXPECT_EQ(start(3), "older_servers");
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(start(3), "");
}

TEST_F(Leases, AServerWithoutThePluginDoesNotCount) {
    old.emplace(store, clock, log, "accounts", "auth:1 menus:1 ");
    ASSERT_TRUE(old->take());
    EXPECT_EQ(start(4), "");
}

TEST_F(Leases, TheMarkIsNoPartOfTheChecksum) {
    EXPECT_EQ(migrate::checksum("-- expand\nSELECT 1;"), migrate::checksum("SELECT 1;"));
    EXPECT_EQ(migrate::checksum("-- contract after 0002\nSELECT 1;"),
              migrate::checksum("SELECT 1;"));
    EXPECT_NE(migrate::checksum("-- Why\nSELECT 1;"), migrate::checksum("SELECT 1;"));
}

}  // namespace
}  // namespace kitchen::sqlite
