#include "transfer/store_copy.h"

#include <algorithm>
#include <bit>
#include <set>

#include "kitchen/bytes.h"

namespace kitchen::transfer {

namespace {

using Type = TransferTable::Type;

/// Of the kernel: what was applied here, and whose turn it is here.
constexpr std::string_view own_tables[] = {"kitchen_migrations", "kitchen_turns"};
constexpr std::int64_t batch = 1000;  // rows in memory at once

Error copy_refusal(std::string code, std::string detail) {
    return Error(Errc::conflict, std::move(code), std::move(detail));
}

/// Some columns have names that are words of SQL.
std::string quoted(const std::string& name) { return '"' + name + '"'; }

std::string column_list(const TransferTable& table) {
    std::string out;
    for (const auto& column : table.columns) out += (out.empty() ? "" : ", ") + quoted(column.name);
    return out;
}

/// Rows that are equal in every column may change places, so this order is as good as a unique one.
std::string select_sql(const TransferTable& table) {
    std::string order;
    for (std::size_t i = 1; i <= table.columns.size(); ++i)
        order += (i == 1 ? "" : ", ") + std::to_string(i);
    return "SELECT " + column_list(table) + " FROM " + quoted(table.name) + " ORDER BY " + order +
           " LIMIT $1 OFFSET $2";
}

std::string insert_sql(const TransferTable& table) {
    std::string values;
    for (std::size_t i = 1; i <= table.columns.size(); ++i)
        values += (i == 1 ? "$" : ", $") + std::to_string(i);
    return "INSERT INTO " + quoted(table.name) + " (" + column_list(table) + ") VALUES (" + values +
           ")";
}

Param param_of(const Row& row, std::uint32_t column, Type type) {
    if (row.is_null(column)) return nullptr;
    switch (type) {
        case Type::integer: return row.integer(column);
        case Type::real: return row.real(column);
        case Type::text: return row.text(column);
        case Type::blob: return Param::blob(row.text(column));
    }
    return nullptr;
}

/// Over the cells with their lengths. Added up, the order of the rows does not matter.
std::uint64_t row_hash(const Row& row, const TransferTable& table) {
    Fnv1a64 hash;
    const auto add_number = [&hash](std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8)
            hash.add(static_cast<unsigned char>(value >> shift));
    };
    for (std::uint32_t i = 0; i < table.columns.size(); ++i) {
        hash.add(static_cast<unsigned char>(row.is_null(i) ? 0 : 1));
        if (row.is_null(i)) continue;
        switch (table.columns[i].type) {
            case Type::integer: add_number(static_cast<std::uint64_t>(row.integer(i))); break;
            case Type::real: add_number(std::bit_cast<std::uint64_t>(row.real(i))); break;
            case Type::text:
            case Type::blob: add_number(row.text(i).size()); hash.add(row.text(i));
        }
    }
    return hash.sum();
}

/// A table with its statements, prepared on one end.
struct Prepared {
    TransferTable table;
    Statement select, insert;
};

std::vector<Prepared> prepare(Store& store, const std::vector<TransferTable>& tables) {
    std::vector<Prepared> out;
    out.reserve(tables.size());
    for (const TransferTable& table : tables)
        out.push_back({table, store.prepare(select_sql(table)), store.prepare(insert_sql(table))});
    return out;
}

/// Calls `use` with each batch of rows.
Status for_each_batch(Transaction& tx, const Prepared& table,
                      const std::function<Status(const Rows&)>& use) {
    for (std::int64_t offset = 0;; offset += batch) {
        auto rows = tx.query(table.select, {batch, offset});
        if (!rows) return std::move(rows).error();
        if (rows->empty()) return {};
        if (Status used = use(*rows); !used) return used;
        if (static_cast<std::int64_t>(rows->size()) < batch) return {};
    }
}

void count(CopiedTable& so_far, const Rows& rows, const TransferTable& table) {
    for (const Row row : rows) so_far.checksum += row_hash(row, table);
    so_far.rows += static_cast<std::int64_t>(rows.size());
}

Result<CopiedTable> measure(Transaction& tx, const Prepared& table) {
    CopiedTable out{table.table.name, 0, 0};
    Status done = for_each_batch(tx, table, [&](const Rows& rows) -> Status {
        count(out, rows, table.table);
        return {};
    });
    if (!done) return std::move(done).error();
    return out;
}

Status insert_all(Transaction& to, const Prepared& table, const Rows& rows) {
    std::vector<Param> params;
    Rows none;
    for (const Row row : rows) {
        params.clear();
        for (std::uint32_t i = 0; i < table.table.columns.size(); ++i)
            params.push_back(param_of(row, i, table.table.columns[i].type));
        if (Status done = to.run(table.insert, params, none); !done) return done;
    }
    return {};
}

/// `read`: what was copied.
Status copy_table(Transaction& source, const Prepared& from, SchemaTransaction& target,
                  const Prepared& to, CopiedTable& read) {
    const auto before = measure(target, to);
    if (!before) return before.error();
    if (before->rows != 0)
        return copy_refusal("store_not_empty",
                            "The target's table holds " + std::to_string(before->rows) +
                                " rows already. Copy into an empty database only.");
    return for_each_batch(source, from, [&](const Rows& rows) {
        count(read, rows, from.table);
        return insert_all(target, to, rows);
    });
}

/// What plugin, number and checksum were applied, as one text.
Result<std::string> migrations(Transaction& tx, Statement select) {
    auto rows = tx.query(select);
    if (!rows) return std::move(rows).error();
    std::string out;
    for (const Row row : *rows)
        out += row.string(0) + ' ' + std::to_string(row.integer(1)) + ' ' + row.string(2) + '\n';
    return out;
}

const TransferTable* find(const std::vector<TransferTable>& tables, const std::string& name) {
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const TransferTable& t) { return t.name == name; });
    return found == tables.end() ? nullptr : &*found;
}

/// The order of the columns may differ: the target's counts.
Status same_tables(const std::vector<TransferTable>& from, const std::vector<TransferTable>& to) {
    std::string differences;
    const auto note = [&](const std::string& text) {
        differences += (differences.empty() ? "" : "; ") + text;
    };
    for (const TransferTable& table : from)
        if (!find(to, table.name)) note("the target has no table " + table.name);
    for (const TransferTable& table : to) {
        const TransferTable* const source = find(from, table.name);
        if (!source) {
            note("the source has no table " + table.name);
            continue;
        }
        const auto columns = [](const TransferTable& t) {
            std::set<std::pair<std::string, Type>> out;
            for (const auto& column : t.columns) out.emplace(column.name, column.type);
            return out;
        };
        if (columns(*source) != columns(table)) note("the columns of " + table.name + " differ");
    }
    if (differences.empty()) return {};
    return copy_refusal(
        "store_tables_differ",
        "The two stores do not have the same tables: " + differences +
            ". Both configurations must list the same plugins, and the source must have "
            "been started "
            "(or migrated) with this version.");
}

Error named(Error error, const std::string& table) {
    error.detail = "Table " + table + ": " + error.detail;
    return error;
}

}  // namespace

Result<std::vector<TransferTable>> in_reference_order(std::vector<TransferTable> tables) {
    std::vector<TransferTable> ordered;
    std::set<std::string> placed;
    while (!tables.empty()) {
        const auto ready =
            std::find_if(tables.begin(), tables.end(), [&](const TransferTable& table) {
                return std::all_of(table.references.begin(), table.references.end(),
                                   [&](const auto& name) { return placed.contains(name); });
            });
        if (ready == tables.end())
            return copy_refusal("store_tables_circular",
                                "The tables " + tables.front().name +
                                    " and others refer to each other in a circle.");
        placed.insert(ready->name);
        ordered.push_back(std::move(*ready));
        tables.erase(ready);
    }
    return ordered;
}

Result<std::vector<CopiedTable>> copy_store(End from, End to) {
    const auto source_tables = from.transfer.tables();
    if (!source_tables) return source_tables.error();
    auto target_tables = to.transfer.tables();
    if (!target_tables) return std::move(target_tables).error();
    if (Status same = same_tables(*source_tables, *target_tables); !same)
        return std::move(same).error();
    std::erase_if(*target_tables, [](const TransferTable& table) {
        return std::ranges::find(own_tables, table.name) != std::end(own_tables);
    });
    const auto order = in_reference_order(*std::move(target_tables));
    if (!order) return order.error();

    const std::string migrations_sql =
        "SELECT plugin, number, checksum FROM kitchen_migrations ORDER BY plugin, number";
    const Statement source_migrations = from.store.prepare(migrations_sql),
                    target_migrations = to.store.prepare(migrations_sql);
    const std::vector<Prepared> sources = prepare(from.store, *order),
                                targets = prepare(to.store, *order);

    std::vector<CopiedTable> copied;
    const auto read_all = [&](Transaction& source, SchemaTransaction& target) -> Status {
        if (!copied.empty())  // the read began again, with another snapshot
            return Error(Errc::unavailable, "store_copy_interrupted",
                         "The source went away meanwhile. Nothing was copied: try again.");
        const auto applied_there = migrations(source, source_migrations),
                   applied_here = migrations(target, target_migrations);
        if (!applied_there) return applied_there.error();
        if (!applied_here) return applied_here.error();
        if (*applied_there != *applied_here)
            return copy_refusal(
                "store_migrations_differ",
                "The two stores have not applied the same migrations. Run `chuks-kitchen "
                "migrate apply` on both configurations "
                "with this version first.");
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const std::string& name = targets[i].table.name;
            copied.push_back({name, 0, 0});
            if (Status done = copy_table(source, sources[i], target, targets[i], copied.back());
                !done)
                return named(std::move(done).error(), name);
        }
        return {};
    };
    const auto write = [&](SchemaTransaction& target) -> Status {
        copied.clear();
        // Over before the target is read back: a server ends a transaction that rests for long.
        if (Status done =
                from.store.read([&](Transaction& source) { return read_all(source, target); });
            !done)
            return done;
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const std::string& name = targets[i].table.name;
            if (Status adopted = to.transfer.adopt_ids(target, targets[i].table); !adopted)
                return named(std::move(adopted).error(), name);
            const auto here = measure(target, targets[i]);
            if (!here) return named(here.error(), name);
            if (here->rows != copied[i].rows || here->checksum != copied[i].checksum)
                return Error(Errc::internal, "store_copy_differs",
                             "Table " + name + " does not read back as it was written.");
        }
        return {};
    };
    Status done = to.store.migrate(write);
    if (!done) return std::move(done).error();
    return copied;
}

}  // namespace kitchen::transfer
