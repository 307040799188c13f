#include "migrate/migrator.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "kitchen/bytes.h"
#include "kitchen/text.h"

namespace kitchen::migrate {

namespace {

struct Applied {
    std::string name, checksum;
};
using AppliedByNumber = std::map<std::int64_t, Applied>;

Error migration_refusal(std::string code, std::string detail) {
    return Error(Errc::conflict, std::move(code), std::move(detail));
}

/// The first line, when it is a mark: "-- expand", "-- contract", "-- contract after 0002".
std::string_view mark_of(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    return line.starts_with("-- expand") || line.starts_with("-- contract") ? line
                                                                            : std::string_view();
}

/// 0 when there is none.
std::int64_t number_in(std::string_view digits) {
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

/// The number that a server must know at least, to go on beside a migration with this mark.
std::int64_t needs(std::string_view mark, std::int64_t number) {
    if (!mark.starts_with("-- contract")) return 0;
    constexpr std::string_view after = "-- contract after ";
    return mark.starts_with(after) ? number_in(mark.substr(after.size())) : number;
}

/// As it is written down, so that a version which does not know the migration knows the mark.
std::string marked_name(const Migration& migration) {
    const std::string_view mark = mark_of(migration.sql);
    return std::string(migration.name) + (mark.empty() ? "" : ' ' + std::string(mark));
}

}  // namespace

Status create_tables(SchemaTransaction& tx) {
    return tx.script(
        "CREATE TABLE IF NOT EXISTS kitchen_migrations ("
        "plugin TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, "
        "applied_at BIGINT NOT NULL);"
        "CREATE UNIQUE INDEX IF NOT EXISTS kitchen_migrations_key ON kitchen_migrations (plugin, "
        "number);"
        "CREATE TABLE IF NOT EXISTS kitchen_turns (job TEXT PRIMARY KEY, holder TEXT NOT NULL, "
        "held_until BIGINT NOT NULL);");
}

namespace {

Result<AppliedByNumber> read_applied(SchemaTransaction& tx, std::string_view plugin) {
    Rows rows;
    const Param params[] = {plugin};
    if (Status done = tx.run_text("SELECT number, name, checksum FROM kitchen_migrations WHERE "
                                  "plugin = $1 ORDER BY number",
                                  params, rows);
        !done)
        return std::move(done).error();
    AppliedByNumber applied;
    for (const Row row : rows) applied[row.integer(0)] = {row.string(1), row.string(2)};
    return applied;
}

/// Whether a version with these migrations works in a database with one more. Without a mark, as
/// older versions wrote names down, it is not known to.
bool goes_on_beside(std::string_view name, std::int64_t number,
                    std::span<const Migration> migrations) {
    const std::size_t mark = name.find(" -- ");
    return mark != std::string_view::npos &&
           std::ssize(migrations) >= needs(name.substr(mark + 1), number);
}

/// The index of the first migration that is missing; the size when none is. Errors: drift, a newer
/// database, a gap.
Result<std::size_t> first_missing(std::string_view plugin, std::span<const Migration> migrations,
                                  const AppliedByNumber& applied) {
    const std::string of = "' of plugin '" + std::string(plugin) + "'";
    std::size_t missing = migrations.size();
    for (std::size_t i = 0; i < migrations.size(); ++i) {
        const auto found = applied.find(migrations[i].number);
        const std::string name = "migration '" + std::string(migrations[i].name) + of;
        if (found == applied.end()) {
            if (missing == migrations.size()) missing = i;
        } else if (found->second.checksum != checksum(migrations[i].sql)) {
            return migration_refusal("migration_drift",
                                     name +
                                         " has changed since it was applied: restore its "
                                         "text and write the change as the "
                                         "next migration");
        } else if (missing != migrations.size()) {
            return migration_refusal(
                "migration_gap",
                name + " has been applied, but '" + std::string(migrations[missing].name) +
                    "' before it has not: the table kitchen_migrations is damaged");
        }
    }
    for (const auto& [number, entry] : applied)
        if (number > std::ssize(migrations) && !goes_on_beside(entry.name, number, migrations))
            return migration_refusal(
                "database_newer",
                "the database has migration '" + entry.name + of +
                    ", which this version of the plugin does not know: install the newer version");
    return missing;
}

/// Error: conflict "older_servers", when one runs that knows fewer than `number` migrations of the
/// plugin; servers without the plugin do not count. `name`: of the migration, for the sentence.
Status no_server_breaks(SchemaTransaction& tx, std::string_view plugin, std::int64_t number,
                        std::string_view name, std::int64_t now) {
    if (number == 0) return {};
    Rows rows;
    const Param params[] = {now};
    if (Status done = tx.run_text("SELECT holder FROM kitchen_turns WHERE job LIKE 'server %' AND "
                                  "held_until > $1",
                                  params, rows);
        !done)
        return done;
    int older = 0;
    for (const Row row : rows) {
        std::istringstream knows{row.string(0)};
        for (std::string one; knows >> one;) {
            const std::size_t colon = one.find(':');
            if (std::string_view(one).substr(0, colon) != plugin) continue;
            older += number_in(std::string_view(one).substr(colon + 1)) < number;
        }
    }
    if (older == 0) return {};
    return Error(
        Errc::conflict, "older_servers",
        "migration '" + std::string(name) + "' of plugin '" + std::string(plugin) +
            "' takes away what an older version needs, and " + std::to_string(older) +
            " such servers run: stop them first (one that was killed counts for half a minute)");
}

Status apply_one(SchemaTransaction& tx, std::string_view plugin, const Migration& migration,
                 const Dialect& dialect, std::int64_t now) {
    const auto named = [&](const Error& error) {
        return Error(error.kind, error.code,
                     "migration '" + std::string(migration.name) + "' of plugin '" +
                         std::string(plugin) + "' failed: " + error.detail)
            .with_subject(error.subject);
    };
    if (Status free = no_server_breaks(tx, plugin, needs(mark_of(migration.sql), migration.number),
                                       migration.name, now);
        !free)
        return free;
    Result<std::string> sql = replace_tokens(migration.sql, dialect);
    if (!sql) return named(std::move(sql).error());
    if (Status done = tx.script(*sql); !done) return named(std::move(done).error());
    Rows rows;
    const std::string sum = checksum(migration.sql);
    const std::string name = marked_name(migration);
    const Param params[] = {plugin, migration.number, name, sum, now};
    if (Status done = tx.run_text("INSERT INTO kitchen_migrations (plugin, number, name, checksum, "
                                  "applied_at) VALUES ($1, $2, $3, $4, $5)",
                                  params, rows);
        !done)
        return named(std::move(done).error());
    return {};
}

/// The words of each statement, in lower case, names without quotation marks, comments left out.
/// What stands in brackets or after them does not matter here.
std::vector<std::vector<std::string>> statements_of(std::string_view sql) {
    std::vector<std::vector<std::string>> statements(1);
    std::string word;
    const auto end_word = [&] {
        if (!word.empty()) statements.back().push_back(std::exchange(word, {}));
    };
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        if (sql.substr(i, 2) == "--") {
            end_word();
            i = std::min(sql.find('\n', i), sql.size() - 1);
        } else if (c == '\'') {
            end_word();
            i = std::min(sql.find('\'', i + 1), sql.size() - 1);
        } else if (c == ';') {
            end_word();
            statements.emplace_back();
        } else if (std::string_view(" \t\r\n(),\"").find(c) != std::string_view::npos) {
            end_word();
        } else {
            word += ascii_lower(c);
        }
    }
    end_word();
    return statements;
}

Step step_of(std::string_view plugin, const Migration& migration) {
    return {std::string(plugin), migration.number, std::string(migration.name)};
}

}  // namespace

std::vector<std::string> tables_of(std::span<const Migration> migrations) {
    std::vector<std::string> tables;
    for (const Migration& migration : migrations)
        for (const std::vector<std::string>& words : statements_of(migration.sql)) {
            const auto is = [&](std::size_t at, std::string_view word) {
                return at < words.size() && words[at] == word;
            };
            std::size_t name = 2;
            if (is(name, "if")) name += is(name + 1, "not") ? 3 : 2;
            if (!is(1, "table") || name >= words.size()) continue;
            if (is(0, "create"))
                tables.push_back(words[name]);
            else if (is(0, "drop"))
                std::erase(tables, words[name]);
            else if (is(0, "alter") && is(3, "rename") && is(4, "to") && words.size() > 5)
                std::replace(tables.begin(), tables.end(), words[2], words[5]);
        }
    return tables;
}

std::string checksum(std::string_view sql) {
    if (const std::string_view mark = mark_of(sql); !mark.empty())
        sql.remove_prefix(std::min(mark.size() + 1, sql.size()));
    return "fnv1a64:" + hex(fnv1a64(sql));
}

Result<std::string> replace_tokens(std::string_view sql, const Dialect& dialect) {
    std::string out;
    for (std::size_t at = 0;;) {
        const std::size_t begin = sql.find("{{", at);
        out.append(sql.substr(at, begin - at));
        if (begin == std::string_view::npos) return out;
        const std::size_t end = sql.find("}}", begin);
        if (end == std::string_view::npos)
            return migration_refusal("bad_token", "'{{' without its '}}'");
        const std::string_view token = sql.substr(begin + 2, end - begin - 2);
        if (token == "identity")
            out.append(dialect.identity);
        else if (token == "blob")
            out.append(dialect.blob);
        else
            return migration_refusal("bad_token", "unknown token '{{" + std::string(token) +
                                                      "}}'; known are {{identity}} and {{blob}}");
        at = end + 2;
    }
}

Result<std::vector<Step>> Migrator::plan(std::string_view plugin,
                                         std::span<const Migration> migrations) {
    std::vector<Step> steps;
    // The table may not exist yet, so it is made, and rolled back together with everything else by
    // this error.
    const std::string only_looking = "plan_only";
    Status done = store_.migrate([&](SchemaTransaction& tx) -> Status {
        steps.clear();
        if (Status made = create_tables(tx); !made) return made;
        Result<AppliedByNumber> applied = read_applied(tx, plugin);
        if (!applied) return std::move(applied).error();
        Result<std::size_t> missing = first_missing(plugin, migrations, *applied);
        if (!missing) return std::move(missing).error();
        for (std::size_t i = *missing; i < migrations.size(); ++i)
            steps.push_back(step_of(plugin, migrations[i]));
        return Error(Errc::conflict, only_looking, "Nothing is to be changed.");
    });
    if (!done && done.error().code != only_looking) return std::move(done).error();
    return steps;
}

Result<std::vector<Step>> Migrator::apply(std::string_view plugin,
                                          std::span<const Migration> migrations) {
    std::vector<Step> steps;
    for (;;) {
        std::optional<Step> step;  // set by the last run of the body, which may run more than once
        Status done = store_.migrate([&](SchemaTransaction& tx) -> Status {
            step.reset();
            if (Status made = create_tables(tx); !made) return made;
            Result<AppliedByNumber> applied = read_applied(tx, plugin);
            if (!applied) return std::move(applied).error();
            Result<std::size_t> missing = first_missing(plugin, migrations, *applied);
            if (!missing) return std::move(missing).error();
            if (*missing == migrations.size()) return {};
            const Migration& next = migrations[*missing];
            if (Status one = apply_one(tx, plugin, next, store_.dialect(), to_millis(clock_.now()));
                !one)
                return one;
            step = step_of(plugin, next);
            return {};
        });
        if (!done) return std::move(done).error();
        if (!step) return steps;
        steps.push_back(*std::move(step));
    }
}

}  // namespace kitchen::migrate
