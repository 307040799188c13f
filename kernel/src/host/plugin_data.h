// What a plugin has in the store: its tables, and the rows that other plugins keep for it.
//
// Thread-safety: one thread. Everything must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "host/kernel.h"
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
    /// Plugins that are off and may keep something, as sentences with the reason.
    std::vector<std::string> unasked;
};

class PluginData {
public:
    /// `plugin` is one that the kernel has constructed, whose store is started.
    PluginData(Kernel& kernel, StoreTransfer& transfer, const plugin::Instance& plugin)
        : kernel_(kernel), transfer_(transfer), plugin_(plugin) {}

    /// One snapshot. Every other plugin that has tables is asked what it keeps: those that are off
    /// are constructed for it. Errors: conflict "migrations_differ" when the tables of this plugin
    /// are of a newer version, or those of one that keeps rows are of another; "table_missing";
    /// those of the store and of the plugins.
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
    void construct_keepers();
    Result<DataOfPlugin> measure(Transaction& tx) const;
    std::vector<const plugin::Instance*> keepers() const;

    Kernel& kernel_;
    StoreTransfer& transfer_;
    const plugin::Instance& plugin_;
    // As look() has found them.
    std::map<std::string, std::int64_t> applied_;  ///< migrations by plugin
    bool has_turns_ = false;                       ///< the table
    Statement turns_;
    std::vector<Counted> tables_;  ///< those that refer to others before those
    std::vector<std::string> referring_;
    std::vector<std::string> unasked_;
};

}  // namespace kitchen::host
