#include "kitchen/plugin_v1.h"

#include <stdexcept>

#include "backup_commands.h"
#include "sqlite_store.h"

namespace {

class SqlitePlugin final : public kitchen::PluginV1 {
public:
    void configure(kitchen::Setup& setup) override {
        const kitchen::Config& config = config_v1(setup);
        options_ = {.path = config.text("path"),
                    .readers = static_cast<int>(config.integer("readers")),
                    .busy_timeout = config.duration("busy_timeout"),
                    .group_limit = static_cast<int>(config.integer("group_limit")),
                    .cache_size = config.bytes("cache_size"),
                    .max_size = config.bytes("max_size"),
                    .check_on_start = config.boolean("check_on_start")};
        setup.provide<kitchen::Store>(store_);
        setup.provide<kitchen::StoreTransfer>(store_);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
        kitchen::sqlite::add_backup_commands(setup, options_.path);
    }

    void start(kitchen::Services& services) override {
        if (auto opened = store_.open(options_); !opened)
            throw std::runtime_error(opened.error().detail);
        services.log().info("database opened",
                            {{"path", options_.path}, {"readers", options_.readers}});
    }

    void stop() override { store_.close(); }

private:
    kitchen::sqlite::Options options_;
    kitchen::sqlite::SqliteStore store_;
};

constexpr const char* provides[] = {"store/1", "store-transfer/1"};

constexpr kitchen_config_key config_keys[] = {
    {"path", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr,
     "The database file; missing folders are made"},
    {"readers", KITCHEN_CONFIG_INTEGER, "4", 0, "1..64", "Connections that read at the same time"},
    {"busy_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "10ms..10m",
     "Longest wait for a lock or a free connection"},
    {"group_limit", KITCHEN_CONFIG_INTEGER, "64", 0, "1..1024",
     "Transactions that share one COMMIT at most"},
    {"cache_size", KITCHEN_CONFIG_BYTES, "4MiB", 0, "64KiB..4GiB", "Page cache of each connection"},
    {"max_size", KITCHEN_CONFIG_BYTES, "0", 0, nullptr,
     "Size that the database may grow to; 0: as the disk allows"},
    {"check_on_start", KITCHEN_CONFIG_BOOLEAN, "false", 0, nullptr,
     "Read the whole file at start and refuse a damaged one"},
};

}  // namespace

KITCHEN_PLUGIN_V1(SqlitePlugin, {.id = "store-sqlite",
                                 .version = "1.0.0",
                                 .summary = "Durable storage in an SQLite file",
                                 .provides = provides,
                                 .config = config_keys})
