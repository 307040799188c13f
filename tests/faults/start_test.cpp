// Starts at which something is missing, or at which everybody starts at once, or that are killed in
// the middle.
#include "fault_fixture.h"
#include "kitchen/testkit/redis_server.h"

namespace kitchen::tests {
namespace {

class Start : public FaultTest {};

constexpr const char* sqlite_store =
    "  - {id: store-sqlite, config: {path: '${DATA}/kitchen.db'}}\n";

TEST_F(Start, PostgresComesLate) {
    start_postgres();
    postgres->stop();
    server = std::make_unique<Restaurant>(postgres_backends(postgres->port()));
    server->begin_start();
    // It tries again, later and later, and says so.
    EXPECT_TRUE(testkit::wait_until([&] {
        const std::string output = server->output();
        const std::size_t first = output.find("waiting for the database");
        return first != std::string::npos &&
               output.find("waiting for the database", first + 1) != std::string::npos;
    })) << server->output();
    EXPECT_EQ(server->health(), "") << "it does not answer before it can";
    postgres->start();
    server->wait_until_it_serves();
    EXPECT_EQ(server->health(), "ok");
    EXPECT_EQ(server->anonymous().get("/readyz").status, 200);
    EXPECT_EQ(server->anonymous().get("/foods/").status, 200);
}

TEST_F(Start, PostgresNeverComes) {
    server =
        std::make_unique<Restaurant>(postgres_backends(testkit::free_port(), "start_timeout: 1s"));
    server->begin_start();
    EXPECT_EQ(server->process().wait(), 5);
    EXPECT_NE(server->output().find("cannot be reached"), std::string::npos) << server->output();
}

// Whoever rolls out a new version does not wait for the end of start_timeout.
TEST_F(Start, StopsWhileItWaits) {
    server =
        std::make_unique<Restaurant>(postgres_backends(testkit::free_port(), "start_timeout: 1h"));
    server->begin_start();
    ASSERT_TRUE(server->process().wait_for("waiting for the database")) << server->output();
    EXPECT_EQ(server->terminate(), 5) << server->output();
}

TEST_F(Start, RedisComesLate) {
    testkit::RedisServer redis;
    redis.kill();
    for (const std::string on_failure : {"memory", "fail"}) {
        const bool fails = on_failure == "fail";
        server = std::make_unique<Restaurant>(
            Backends{"Redis", sqlite_store,
                     "  - {id: cache-redis, config: {url: '" + redis.url() +
                         "', on_failure: " + on_failure + "}}\n"});
        server->start();
        EXPECT_NE(server->output().find("serving without Redis until it can be used"),
                  std::string::npos)
            << server->output();
        EXPECT_EQ(server->health(), fails ? "down" : "degraded");
        EXPECT_EQ(server->anonymous().get("/readyz").status, fails ? 503 : 200);
        redis.restart();
        EXPECT_TRUE(server->wait_for_health("ok")) << server->output();
        EXPECT_EQ(server->anonymous().get("/readyz").status, 200);
        redis.kill();
    }
}

/// Five at once on nothing: one set of tables, one administrator, one key.
class Race : public Start {
protected:
    void race(const Backends& backends) {
        TemporaryDirectory shared;
        std::vector<std::unique_ptr<Restaurant>> replicas;
        for (int i = 0; i < 5; ++i)
            replicas.push_back(
                std::make_unique<Restaurant>(backends, RestaurantOptions{.data = shared.path()}));
        for (auto& replica : replicas) replica->begin_start();
        for (auto& replica : replicas) ASSERT_NO_THROW(replica->wait_until_it_serves());
        int applied = 0;
        for (auto& replica : replicas) {
            const std::string output = replica->output();
            for (std::size_t at = 0;
                 (at = output.find("migration applied", at)) != std::string::npos; ++at)
                ++applied;
        }
        if (!sql) ask_sqlite(shared.path() / "kitchen.db");
        EXPECT_EQ(sql("SELECT count(*) FROM kitchen_migrations"), std::to_string(applied))
            << "each once";
        EXPECT_EQ(sql("SELECT count(*) FROM users"), "1");
        const std::string token = replicas.front()->customers(1).front();
        for (auto& replica : replicas)
            EXPECT_EQ(replica->anonymous().bearer(token).get("/me/").status, 200)
                << "they share one key";
        for (auto& replica : replicas) EXPECT_EQ(replica->terminate(), 0);
    }
};

TEST_F(Race, FiveMigrateOneSqliteFile) { race({"Sqlite", sqlite_store}); }

TEST_F(Race, FiveMigrateOnePostgresDatabase) {
    start_postgres();
    race(postgres_backends(postgres->port()));
}

/// Killed as soon as it has applied something, each time, until nothing is left to apply: each
/// start goes on where the last one was.
class Interrupted : public Start {
protected:
    void interrupt(Backends backends) {
        server = std::make_unique<Restaurant>(std::move(backends));
        const auto has = [&](const char* text) {
            return server->output().find(text) != std::string::npos;
        };
        int kills = 0;
        for (;; ++kills) {
            ASSERT_LT(kills, 50);
            server->begin_start();
            ASSERT_TRUE(testkit::wait_until([&] {
                return has("migration applied") || has("startup_ms=");
            })) << server->output();
            if (!has("migration applied")) break;
            server->kill();
        }
        EXPECT_GE(kills, 1);
        server->wait_until_it_serves();
        if (!sql) ask_sqlite(server->data() / "kitchen.db");
        const std::int64_t food = server->food("Jollof", 1000);
        load =
            std::make_unique<OrderingLoad>([this] { return server->port(); }, server->customers(1),
                                           std::map<std::int64_t, std::int64_t>{{food, 1000}});
        load->begin();
        std::cout << kills << " kills; ";
        expect_recovery();
    }
};

TEST_F(Interrupted, MigrationOfSqlite) { interrupt({"Sqlite", sqlite_store}); }

TEST_F(Interrupted, MigrationOfPostgres) {
    start_postgres();
    interrupt(postgres_backends(postgres->port()));
}

}  // namespace
}  // namespace kitchen::tests
