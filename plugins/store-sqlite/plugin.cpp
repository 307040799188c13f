#include "kitchen/plugin.h"

#include <sqlite3.h>

#include <stdexcept>

#include "backup.h"
#include "sqlite_store.h"

namespace {

using namespace kitchen;

class SqlitePlugin final : public Plugin {
public:
    using Settings = sqlite::Options;

    SqlitePlugin(const Settings& settings, Setup& setup) : settings_(settings), log_(setup.log()) {
        // SQLite would count its allocations under one lock, at which its connections meet.
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        setup.provide<Store>(store_);
        setup.provide<StoreTransfer>(store_);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
        sqlite::add_backup_commands(setup, settings_.path);
    }

    void start() override {
        if (auto opened = store_.open(settings_); !opened)
            throw std::runtime_error(opened.error().detail);
        log_.info("database opened", {{"path", settings_.path}, {"readers", settings_.readers}});
    }

    void stop() override { store_.close(); }

private:
    const Settings settings_;
    Logger& log_;
    sqlite::SqliteStore store_;
};

}  // namespace

KITCHEN_PLUGIN(SqlitePlugin, "store-sqlite", "1.0.0", "Durable storage in an SQLite file",
               kitchen::Provides<kitchen::Store>, kitchen::Provides<kitchen::StoreTransfer>)
