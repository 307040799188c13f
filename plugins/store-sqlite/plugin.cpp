#include "kitchen/metrics.h"
#include "kitchen/plugin.h"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "backup.h"
#include "sqlite_store.h"

namespace {

using namespace kitchen;

class SqlitePlugin final : public Plugin {
public:
    using Settings = sqlite::Options;

    SqlitePlugin(const Settings& settings, Setup& setup, Metrics& metrics)
        : settings_(settings),
          log_(setup.log()),
          store_(settings.path),
          free_bytes_(metrics.sampled_gauge(
              "kitchen_store_free_bytes", "Room on the disk where the database lies.", {},
              [path = settings.path] {
                  return static_cast<double>(std::filesystem::space(path.parent_path()).available);
              })) {
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
        log_.info("database opened",
                  {{"path", settings_.path.string()}, {"readers", settings_.readers}});
    }

    void stop() override { store_.close(); }

private:
    const Settings settings_;
    Logger& log_;
    sqlite::SqliteStore store_;
    const std::shared_ptr<void> free_bytes_;
};

}  // namespace

KITCHEN_PLUGIN(SqlitePlugin, "store-sqlite", "1.0.0", "Durable storage in an SQLite file",
               kitchen::Metrics, kitchen::Provides<kitchen::Store>,
               kitchen::Provides<kitchen::StoreTransfer>)
