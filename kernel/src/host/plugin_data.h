// What a plugin has in the store: its tables, and the rows that other plugins keep for it.
//
// Thread-safety: one thread. Everything must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/plugin_set.h"
#include "kitchen/store.h"
#include "kitchen/store_transfer.h"

namespace kitchen::host {

struct DataOfPlugin {
    struct Part {
        std::string plugin;  ///< that has the rows
        std::string what;    ///< "table promotions", "its claims"
        std::int64_t rows = 0;
    };
    std::int64_t migrations = 0;  ///< that were applied
    std::vector<Part> parts;      ///< its tables, which may be empty, and what others keep
    /// "table loyalty_points of plugin 'loyalty'": what else refers to its tables.
    std::vector<std::string> referring;
};

class PluginData {
public:
    /// `plugin` is constructed, in the set or beside it.
    PluginData(Store& store, StoreTransfer& transfer, const PluginSet& plugins,
               const plugin::Instance& plugin)
        : store_(store), transfer_(transfer), plugins_(plugins), plugin_(plugin) {}

    /// One snapshot. Errors: conflict "migrations_differ" when the tables of this plugin or of one
    /// that keeps rows are not those of this version; those of the store and of the plugins.
    Result<DataOfPlugin> read();
    /// Removes everything that read() gives, and the plugin's rows in kitchen_migrations, in one
    /// transaction; what was removed. Errors beside those of read(): conflict "table_referred_to".
    Result<DataOfPlugin> purge();

private:
    struct Counted {
        std::string table;
        Statement count;
    };

    Status look();
    Result<DataOfPlugin> measure(Transaction& tx) const;
    std::vector<const plugin::Instance*> keepers() const;

    Store& store_;
    StoreTransfer& transfer_;
    const PluginSet& plugins_;
    const plugin::Instance& plugin_;
    // As look() has found them.
    bool has_migrations_ = false;  ///< the table
    Statement applied_;
    std::vector<Counted> tables_;  ///< those that refer to others before those
    std::vector<std::string> referring_;
};

}  // namespace kitchen::host
