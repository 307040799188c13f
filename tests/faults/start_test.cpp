// Starts at which something is missing, or at which everybody starts at once, or that are killed in
// the middle.
#include "fault_fixture.h"
#include "kitchen/testkit/redis_server.h"

namespace kitchen::tests {
namespace {

class Start : public FaultTest {};

TEST_F(Start, PostgresComesLate) {
    start_postgres();
    postgres->stop();
    RestaurantConfig config = impatient_postgres(postgres->port());
    config.port = testkit::free_port();
    server = process(config);
    server->begin_start();
    // It tries again, later and later, and says so.
    EXPECT_TRUE(testkit::wait_until([&] {
        const std::string output = server->output();
        const std::size_t first = output.find("waiting for the database");
        return first != std::string::npos &&
               output.find("waiting for the database", first + 1) != std::string::npos;
    })) << server->output();
    ASSERT_TRUE(server->process().wait_for("starting takes long")) << server->output();
    testkit::HttpClient probe(config.port);
    EXPECT_EQ(probe.get("/livez").status, 200);
    const testkit::HttpResponse ready = probe.get("/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ready.json["waiting_for"], Json("store-postgres"));
    EXPECT_EQ(probe.get("/health/").status, 503);
    for (const testkit::HttpResponse& refused :
         {probe.get("/foods/"), probe.get("/"), probe.get("/openapi.json"),
          probe.post("/orders/", Json::object({{"a", 1}}))}) {
        EXPECT_EQ(refused.status, 503);
        EXPECT_EQ(refused.json["code"], Json("starting"));
    }
    postgres->start();
    server->wait_until_it_serves();
    EXPECT_EQ(server->health(), "ok");
    EXPECT_EQ(server->client().get("/readyz").status, 200);
    EXPECT_EQ(server->client().get("/foods/").status, 200);
}

TEST_F(Start, AnotherServerMigrates) {
    start_postgres();
    RestaurantConfig config = impatient_postgres(postgres->port());
    config.port = testkit::free_port();
    server = process(config);
    const std::string holders = " FROM pg_locks WHERE locktype = 'advisory' AND granted";
    // The lock of migrations, as store-postgres takes it.
    const testkit::ChildProcess other(
        {"psql", testkit::PostgresServer::url_on(postgres->port(), "kitchen"), "-c",
         "SELECT pg_advisory_lock(30231517230753134); SELECT pg_sleep(600)"});
    ASSERT_TRUE(testkit::wait_until([&] { return sql("SELECT count(*)" + holders) == "1"; }));
    server->begin_start();
    ASSERT_TRUE(server->process().wait_for("starting takes long")) << server->output();
    testkit::HttpClient probe(config.port);
    EXPECT_EQ(probe.get("/livez").status, 200);
    EXPECT_EQ(probe.get("/readyz").status, 503);
    sql("SELECT pg_terminate_backend(pid)" + holders);
    server->wait_until_it_serves();
    EXPECT_EQ(server->client().get("/foods/").status, 200);
}

TEST_F(Start, PostgresNeverComes) {
    server = process(impatient_postgres(testkit::free_port(), "start_timeout: 1s"));
    server->begin_start();
    EXPECT_EQ(server->process().wait(), 5);
    EXPECT_NE(server->output().find("cannot be reached"), std::string::npos) << server->output();
}

// An operator who rolls out a new version does not wait for the end of start_timeout.
TEST_F(Start, StopsWhileItWaits) {
    server = process(impatient_postgres(testkit::free_port(), "start_timeout: 1h"));
    server->begin_start();
    ASSERT_TRUE(server->process().wait_for("waiting for the database")) << server->output();
    EXPECT_EQ(server->terminate(), 0) << server->output();
}

TEST_F(Start, RedisComesLate) {
    testkit::RedisServer redis;
    redis.kill();
    for (const std::string on_failure : {"memory", "fail"}) {
        const bool fails = on_failure == "fail";
        server = process({.store = testkit::on_sqlite().store,
                          .cache = "{id: cache-redis, config: {url: '" + redis.url() +
                                   "', on_failure: " + on_failure + "}}"});
        server->start();
        EXPECT_NE(server->output().find("serving without Redis until it can be used"),
                  std::string::npos)
            << server->output();
        EXPECT_EQ(server->health(), fails ? "down" : "degraded");
        EXPECT_EQ(server->client().get("/readyz").status, fails ? 503 : 200);
        redis.restart();
        EXPECT_TRUE(server->wait_for_health("ok")) << server->output();
        EXPECT_EQ(server->client().get("/readyz").status, 200);
        redis.kill();
    }
}

/// Five at once on nothing: one set of tables, one administrator, one key.
class Race : public Start {
protected:
    void race(RestaurantConfig config) {
        TemporaryDirectory shared;
        config.data = shared.path();
        std::vector<std::unique_ptr<RestaurantProcess>> replicas;
        for (int i = 0; i < 5; ++i) replicas.push_back(process(config));
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
        const std::string token = replicas.front()->sign_up().token;
        for (auto& replica : replicas)
            EXPECT_EQ(replica->client().bearer(token).get("/me/").status, 200)
                << "they share one key";
        for (auto& replica : replicas) EXPECT_EQ(replica->terminate(), 0);
    }
};

TEST_F(Race, FiveMigrateOneSqliteFile) { race(testkit::on_sqlite()); }

TEST_F(Race, FiveMigrateOnePostgresDatabase) {
    start_postgres();
    race(impatient_postgres(postgres->port()));
}

/// Killed as soon as it has applied something, each time, until nothing is left to apply: each
/// start goes on where the last one was.
class Interrupted : public Start {
protected:
    void interrupt(RestaurantConfig config) {
        server = process(std::move(config));
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
        const std::int64_t food = server->food("Jollof", 250'000, 1000);
        load = std::make_unique<OrderingLoad>([this] { return server->port(); }, server->tokens(1),
                                              std::map<std::int64_t, std::int64_t>{{food, 1000}});
        load->begin();
        std::cout << kills << " kills; ";
        expect_recovery();
    }
};

TEST_F(Interrupted, MigrationOfSqlite) { interrupt(testkit::on_sqlite()); }

TEST_F(Interrupted, MigrationOfPostgres) {
    start_postgres();
    interrupt(impatient_postgres(postgres->port()));
}

}  // namespace
}  // namespace kitchen::tests
