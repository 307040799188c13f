#include "kitchen/plugin_v1.h"

#include <stdexcept>

#include "postgres_store.h"

namespace {

namespace postgres = kitchen::postgres;

class PostgresPlugin final : public kitchen::PluginV1 {
public:
    void configure(kitchen::Setup& setup) override {
        const kitchen::Config& config = config_v1(setup);
        options_ = {.url = config.text("url"),
                    .replica_url = config.text("replica_url"),
                    .pool_size = static_cast<int>(config.integer("pool_size")),
                    .pool_timeout = config.duration("pool_timeout"),
                    .connect_timeout = config.duration("connect_timeout"),
                    .start_timeout = config.duration("start_timeout"),
                    .statement_timeout = config.duration("statement_timeout"),
                    .lock_timeout = config.duration("lock_timeout"),
                    .migration_timeout = config.duration("migration_timeout"),
                    .tcp_user_timeout = config.duration("tcp_user_timeout"),
                    .retry_attempts = static_cast<int>(config.integer("retry_attempts")),
                    .retry_time = config.duration("retry_time"),
                    .pgbouncer = config.boolean("pgbouncer")};
        setup.provide<kitchen::Store>(store_);
        setup.provide<kitchen::StoreTransfer>(store_);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
    }

    void start(kitchen::Services& services) override {
        if (auto opened = store_.open(options_, &services.log()); !opened)
            throw std::runtime_error(opened.error().detail);
        services.log().info("database opened", {{"at", postgres::place_of(options_.url)},
                                                {"pool_size", options_.pool_size},
                                                {"replica", !options_.replica_url.empty()}});
    }

    void stop() override { store_.close(); }

private:
    postgres::Options options_;
    postgres::PostgresStore store_;
};

constexpr const char* provides[] = {"store/1", "store-transfer/1"};

constexpr kitchen_config_key config_keys[] = {
    {"url", KITCHEN_CONFIG_SECRET, nullptr, 1, nullptr,
     "postgresql://user:password@host:port/database, or keyword=value pairs"},
    {"replica_url", KITCHEN_CONFIG_SECRET, "", 0, nullptr,
     "A hot standby that serves reads once it has caught up"},
    {"pool_size", KITCHEN_CONFIG_INTEGER, "10", 0, "1..500",
     "Connections at most, to the primary and to the replica each"},
    {"pool_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "10ms..10m",
     "Longest wait for a free connection"},
    {"connect_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "2s..10m",
     "Longest wait for one address to take a connection"},
    {"start_timeout", KITCHEN_CONFIG_DURATION, "1m", 0, "0s..1h",
     "How long the start waits for a database that does not respond yet"},
    {"statement_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "10ms..10m",
     "Longest run of one statement"},
    {"lock_timeout", KITCHEN_CONFIG_DURATION, "2s", 0, "10ms..10m", "Longest wait for a lock"},
    {"migration_timeout", KITCHEN_CONFIG_DURATION, "5m", 0, "1s..24h",
     "Longest wait for another's migration, and run of one statement in ours"},
    {"tcp_user_timeout", KITCHEN_CONFIG_DURATION, "10s", 0, "1s..10m",
     "After so long without an acknowledgement a connection is dead"},
    {"retry_attempts", KITCHEN_CONFIG_INTEGER, "100", 0, "1..100",
     "Runs of a transaction that meets conflicts, at most"},
    {"retry_time", KITCHEN_CONFIG_DURATION, "5s", 0, "0s..1m",
     "No run of a transaction begins after this"},
    {"pgbouncer", KITCHEN_CONFIG_BOOLEAN, "false", 0, nullptr,
     "The url leads to a pooler that works by transactions"},
};

}  // namespace

KITCHEN_PLUGIN_V1(PostgresPlugin, {.id = "store-postgres",
                                   .version = "1.0.0",
                                   .summary = "Durable storage in PostgreSQL",
                                   .provides = provides,
                                   .config = config_keys})
