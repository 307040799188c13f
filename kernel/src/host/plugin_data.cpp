#include "host/plugin_data.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "kitchen/text.h"
#include "migrate/migrator.h"
#include "plugin/guarded.h"
#include "transfer/store_copy.h"

namespace kitchen::host {

namespace {

using plugin::Instance;

Error old_tables(const std::string& plugin) {
    return Error(
        Errc::conflict, "migrations_differ",
        "The tables of plugin '" + plugin +
            "' are not those of this version: with it on, `migrate plan` lists what is missing.");
}

/// Of a plugin that was off when a newer version came, some migrations may not be applied.
std::vector<std::string> tables_of(const Instance& instance, std::int64_t applied) {
    const std::span<const Migration> all = instance.declarations().migrations;
    return migrate::tables_of(all.first(std::min(all.size(), static_cast<std::size_t>(applied))));
}

std::int64_t migrations_of(const Instance& instance) {
    return std::ssize(instance.declarations().migrations);
}

constexpr std::string_view its_turns = "job LIKE $1 || '/%'";

}  // namespace

Status PluginData::look() {
    Result<std::vector<TransferTable>> existing = transfer_.tables();
    if (!existing) return std::move(existing).error();
    // SQL's names have no case, but a store may list them as they were written.
    std::map<std::string, std::string> spelled;
    for (const TransferTable& table : *existing) spelled[ascii_lower(table.name)] = table.name;

    Store& store = *kernel_.store();
    applied_.clear();
    has_turns_ = spelled.contains("kitchen_turns");
    if (has_turns_)
        turns_ =
            store.prepare("SELECT COUNT(*) FROM kitchen_turns WHERE " + std::string(its_turns));
    if (spelled.contains("kitchen_migrations")) {
        const Statement applied =
            store.prepare("SELECT plugin, COUNT(*) FROM kitchen_migrations GROUP BY plugin");
        const Result<Rows> rows =
            store.read<Rows>([&](Transaction& tx) { return tx.query(applied); });
        if (!rows) return rows.error();
        for (const Row row : *rows) applied_[row.string(0)] = row.integer(1);
    }
    // Of a database that a newer version has migrated, this one does not know every table.
    if (applied_[plugin_.id()] > migrations_of(plugin_)) return old_tables(plugin_.id());
    construct_keepers();

    std::set<std::string> own;
    for (const std::string& table : tables_of(plugin_, applied_[plugin_.id()])) {
        if (!spelled.contains(table))
            return Error(Errc::conflict, "table_missing",
                         "Table " + table + " of plugin '" + plugin_.id() +
                             "' is not in the store, although its migrations are applied.");
        own.insert(spelled[table]);
    }
    std::map<std::string, std::string> owners;
    for (const Instance* instance : kernel_.plugins().constructed())
        for (const std::string& table : tables_of(*instance, applied_[instance->id()]))
            owners[table] = instance->id();
    std::vector<TransferTable> tables;
    referring_.clear();
    for (TransferTable& table : *existing) {
        for (std::string& name : table.references) name = spelled[ascii_lower(name)];
        std::erase_if(table.references,
                      [&](const auto& name) { return name == table.name || !own.contains(name); });
        if (own.contains(table.name)) {
            tables.push_back(std::move(table));
        } else if (!table.references.empty()) {
            const std::string& owner = owners[ascii_lower(table.name)];
            referring_.push_back("table " + table.name +
                                 (owner.empty() ? "" : " of plugin '" + owner + "'"));
        }
    }
    Result<std::vector<TransferTable>> ordered = transfer::in_reference_order(std::move(tables));
    if (!ordered) return std::move(ordered).error();
    tables_.clear();
    for (auto table = ordered->rbegin(); table != ordered->rend(); ++table)
        tables_.push_back(
            {table->name, store.prepare("SELECT COUNT(*) FROM \"" + table->name + "\"")});
    return {};
}

/// Only a plugin itself knows what it keeps, so those that are off are needed as well.
void PluginData::construct_keepers() {
    unasked_.clear();
    std::set<std::string> constructed;
    for (const Instance* instance : kernel_.plugins().constructed())
        constructed.insert(instance->id());
    for (const auto& entry : applied_) {
        if (constructed.contains(entry.first)) continue;
        try {
            kernel_.construct_beside(entry.first);
        } catch (const StartError& refused) {
            // Most likely it needs the very plugin that is to go.
            unasked_.push_back("plugin '" + entry.first +
                               "' is off and cannot be asked what it keeps for '" + plugin_.id() +
                               "': " + refused.what());
        }
    }
}

/// Itself as well: what it has others keep, it may name.
std::vector<const Instance*> PluginData::keepers() const {
    std::vector<const Instance*> keepers = kernel_.plugins().constructed();
    std::erase_if(keepers,
                  [](const Instance* one) { return one->declarations().keepings.empty(); });
    return keepers;
}

Result<DataOfPlugin> PluginData::measure(Transaction& tx) const {
    DataOfPlugin data;
    data.referring = referring_;
    data.unasked = unasked_;
    const auto applied = [this](const Instance& instance) {
        const auto found = applied_.find(instance.id());
        return found == applied_.end() ? 0 : found->second;
    };
    data.migrations = applied(plugin_);
    for (const Counted& table : tables_) {
        const Result<Rows> rows = tx.query(table.count);
        if (!rows) return rows.error();
        data.parts.push_back({plugin_.id(), "table " + table.table, rows->front().integer(0)});
    }
    if (has_turns_) {
        const std::string id = plugin_.id();
        const Result<Rows> rows = tx.query(turns_, {id});
        if (!rows) return rows.error();
        if (const std::int64_t turns = rows->front().integer(0); turns > 0)
            data.parts.push_back({"the kernel", "turns of its jobs", turns});
    }
    for (const Instance* keeper : keepers()) {
        if (applied(*keeper) == 0) continue;  // it has no tables yet
        if (applied(*keeper) != migrations_of(*keeper)) return old_tables(keeper->id());
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
    return kernel_.store()->read<DataOfPlugin>([this](Transaction& tx) { return measure(tx); });
}

Result<DataOfPlugin> PluginData::purge() {
    if (Status looked = look(); !looked) return std::move(looked).error();
    if (!referring_.empty())
        return Error(Errc::conflict, "table_referred_to",
                     "The tables of plugin '" + plugin_.id() + "' cannot go: " +
                         referring_.front() + " refers to them. Purge its plugin first.");
    DataOfPlugin removed;
    const Status done = kernel_.store()->migrate([&](SchemaTransaction& tx) -> Status {
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
        Rows none;
        const std::string id = plugin_.id();
        const Param params[] = {id};
        if (has_turns_)
            if (Status gone = tx.run_text(
                    "DELETE FROM kitchen_turns WHERE " + std::string(its_turns), params, none);
                !gone)
                return gone;
        if (removed.migrations == 0) return {};
        for (const Counted& table : tables_)
            if (Status dropped = tx.script("DROP TABLE \"" + table.table + "\""); !dropped)
                return dropped;
        return tx.run_text("DELETE FROM kitchen_migrations WHERE plugin = $1", params, none);
    });
    if (!done) return done.error();
    return removed;
}

}  // namespace kitchen::host
