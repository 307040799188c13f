#include "host/plugin_data.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "migrate/migrator.h"
#include "plugin/guarded.h"
#include "transfer/store_copy.h"

namespace kitchen::host {

namespace {

using plugin::Instance;

Error old_tables(const std::string& plugin) {
    return Error(Errc::conflict, "migrations_differ",
                 "The tables of plugin '" + plugin +
                     "' are not those of this version: `migrate plan` lists what is missing.");
}

std::vector<std::string> tables_of(const Instance& instance) {
    return migrate::tables_of(instance.declarations().migrations);
}

std::int64_t migrations_of(const Instance& instance) {
    return std::ssize(instance.declarations().migrations);
}

}  // namespace

Status PluginData::look() {
    Result<std::vector<TransferTable>> existing = transfer_.tables();
    if (!existing) return std::move(existing).error();
    has_migrations_ = std::any_of(existing->begin(), existing->end(), [](const auto& table) {
        return table.name == "kitchen_migrations";
    });
    if (has_migrations_)
        applied_ = store_.prepare(
            "SELECT plugin, COUNT(*) FROM kitchen_migrations GROUP BY plugin ORDER BY plugin");

    const std::vector<std::string> named = tables_of(plugin_);
    const std::set<std::string> own(named.begin(), named.end());
    std::map<std::string, std::string> owners;
    for (const Instance* instance : plugins_.order())
        for (const std::string& table : tables_of(*instance)) owners[table] = instance->id();
    std::vector<TransferTable> tables;
    referring_.clear();
    for (TransferTable& table : *existing) {
        std::erase_if(table.references, [&](const auto& name) { return !own.contains(name); });
        if (own.contains(table.name)) {
            tables.push_back(std::move(table));
        } else if (!table.references.empty()) {
            const std::string& owner = owners[table.name];
            referring_.push_back("table " + table.name +
                                 (owner.empty() ? "" : " of plugin '" + owner + "'"));
        }
    }
    Result<std::vector<TransferTable>> ordered = transfer::in_reference_order(std::move(tables));
    if (!ordered) return std::move(ordered).error();
    tables_.clear();
    for (auto table = ordered->rbegin(); table != ordered->rend(); ++table)
        tables_.push_back(
            {table->name, store_.prepare("SELECT COUNT(*) FROM \"" + table->name + "\"")});
    return {};
}

/// Itself as well: what it has others keep, it may name.
std::vector<const Instance*> PluginData::keepers() const {
    std::vector<const Instance*> keepers(plugins_.order().begin(), plugins_.order().end());
    if (std::find(keepers.begin(), keepers.end(), &plugin_) == keepers.end())
        keepers.push_back(&plugin_);
    std::erase_if(keepers,
                  [](const Instance* one) { return one->declarations().keepings.empty(); });
    return keepers;
}

Result<DataOfPlugin> PluginData::measure(Transaction& tx) const {
    DataOfPlugin data;
    data.referring = referring_;
    std::map<std::string, std::int64_t> applied;
    if (has_migrations_) {
        const Result<Rows> rows = tx.query(applied_);
        if (!rows) return rows.error();
        for (const Row row : *rows) applied[row.string(0)] = row.integer(1);
    }
    data.migrations = applied[plugin_.id()];
    // Of a database that a newer version has migrated, this one does not know every table.
    if (data.migrations > migrations_of(plugin_)) return old_tables(plugin_.id());
    if (data.migrations > 0)
        for (const Counted& table : tables_) {
            const Result<Rows> rows = tx.query(table.count);
            if (!rows) return rows.error();
            data.parts.push_back({plugin_.id(), "table " + table.table, rows->front().integer(0)});
        }
    for (const Instance* keeper : keepers()) {
        if (applied[keeper->id()] == 0) continue;  // it has no tables yet
        if (applied[keeper->id()] != migrations_of(*keeper)) return old_tables(keeper->id());
        for (const plugin::DeclaredKeeping& keeping : keeper->declarations().keepings) {
            const Status listed =
                plugin::guarded(keeper->id(), "the list of what it keeps for others", [&] {
                    Result<std::vector<Setup::KeptRows>> kept = keeping.list(tx, plugin_.id());
                    if (!kept) return Status(std::move(kept).error());
                    for (Setup::KeptRows& one : *kept)
                        if (one.rows > 0)
                            data.parts.push_back({keeper->id(), std::move(one.what), one.rows});
                    return Status();
                });
            if (!listed) return listed.error();
        }
    }
    return data;
}

Result<DataOfPlugin> PluginData::read() {
    if (Status looked = look(); !looked) return std::move(looked).error();
    return store_.read<DataOfPlugin>([this](Transaction& tx) { return measure(tx); });
}

Result<DataOfPlugin> PluginData::purge() {
    if (Status looked = look(); !looked) return std::move(looked).error();
    if (!referring_.empty())
        return Error(Errc::conflict, "table_referred_to",
                     "The tables of plugin '" + plugin_.id() + "' cannot go: " +
                         referring_.front() + " refers to them. Purge its plugin first.");
    DataOfPlugin removed;
    const Status done = store_.migrate([&](SchemaTransaction& tx) -> Status {
        Result<DataOfPlugin> found = measure(tx);
        if (!found) return std::move(found).error();
        removed = *std::move(found);
        for (const Instance* keeper : keepers()) {
            if (std::none_of(removed.parts.begin(), removed.parts.end(),
                             [&](const auto& part) { return part.plugin == keeper->id(); }))
                continue;
            for (const plugin::DeclaredKeeping& keeping : keeper->declarations().keepings)
                if (Status gone =
                        plugin::guarded(keeper->id(), "the removal of what it keeps for others",
                                        [&] { return keeping.remove(tx, plugin_.id()); });
                    !gone)
                    return gone;
        }
        if (removed.migrations == 0) return {};
        for (const Counted& table : tables_)
            if (Status dropped = tx.script("DROP TABLE \"" + table.table + "\""); !dropped)
                return dropped;
        Rows none;
        const std::string id = plugin_.id();
        const Param params[] = {id};
        return tx.run_text("DELETE FROM kitchen_migrations WHERE plugin = $1", params, none);
    });
    if (!done) return done.error();
    return removed;
}

}  // namespace kitchen::host
