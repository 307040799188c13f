// The SQL of every plugin is accepted by every store.
#include <filesystem>
#include <map>

#include "kitchen/store.h"
#include "api.h"

#include "kitchen/testkit/build_paths.h"

namespace kitchen::tests {
namespace {

std::int64_t migration_files(const std::string& plugin) {
    const auto folder =
        std::filesystem::path(testkit::source_dir()) / "plugins" / plugin / "migrations";
    std::int64_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        count += entry.path().extension() == ".sql";
    return count;
}

}  // namespace

TEST_P(Api, EveryStatementOfEveryPluginPrepares) {
    Store& store = server.kernel().service<Store>();
    store.verify().value();
    // And this is a test of all of them: one that is wrong is found.
    store.prepare("SELECT nothing_of_this_kind FROM users");
    EXPECT_FALSE(store.verify());
}

TEST_P(Api, EveryMigrationIsAppliedOnce) {
    server.restart();  // the second start finds nothing to do
    Store& store = server.kernel().service<Store>();
    const Statement applied =
        store.prepare("SELECT plugin, count(*) FROM kitchen_migrations GROUP BY plugin");
    const Rows rows = store.read<Rows>([&](Transaction& tx) { return tx.query(applied); }).value();
    std::map<std::string, std::int64_t> counts;
    for (const Row row : rows) counts[row.string(0)] = row.integer(1);
    for (const char* plugin : {"auth", "catalog", "cart", "claims", "events", "orders"})
        EXPECT_EQ(counts[plugin], migration_files(plugin)) << plugin;
}

}  // namespace kitchen::tests
