// Brings the tables of one plugin to the state its migrations describe, and writes down what was
// done in the table kitchen_migrations(plugin, number, name, checksum, applied_at). The other table
// of the kernel, kitchen_turns, is made with it: see jobs/cluster_turns.h.
//
// Refused, with nothing changed: a migration that was edited after it had been applied (drift), a
// contract (kitchen/migration.h) while servers run that it would break (jobs/server_lease.h), a
// database from which a newer version of the plugin has taken away what this one needs, and tokens
// that no store knows. The checksum (FNV-1a, 64 bits) finds accidents; it is no protection against
// those who can write to the database.
//
// Thread-safety: any thread; the store's migration lock keeps other processes out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/migration.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen::migrate {

/// One migration that has not been applied yet, or has been just now.
struct Step {
    std::string plugin;
    std::int64_t number = 0;
    std::string name;
};

class Migrator {
public:
    Migrator(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    /// What apply() would do. Changes nothing, not even the table of migrations.
    Result<std::vector<Step>> plan(std::string_view plugin, std::span<const Migration> migrations);
    /// Applies what is missing, each migration in a transaction of its own. An error names the
    /// migration that failed; those before it stay applied.
    Result<std::vector<Step>> apply(std::string_view plugin, std::span<const Migration> migrations);

private:
    Store& store_;
    const Clock& clock_;
};

/// The kernel's own tables, when they are not there.
Status create_tables(SchemaTransaction& tx);

/// The names of the tables that these migrations leave, in lower case.
std::vector<std::string> tables_of(std::span<const Migration> migrations);

/// "fnv1a64:" and 16 hexadecimal digits, of the text without its mark.
std::string checksum(std::string_view sql);

/// The text with {{identity}} and {{blob}} replaced as the store spells them. Error: an unknown or
/// unfinished token.
Result<std::string> replace_tokens(std::string_view sql, const Dialect& dialect);

}  // namespace kitchen::migrate
