#include "migrate/migrator.h"

#include <map>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"

namespace kitchen::migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Just enough of a store: remembers the scripts it ran and the rows of kitchen_migrations, and
/// forgets both when a body fails. Runs every body twice, as a store may.
class FakeStore : public Store {
public:
    struct Entry {
        std::string name, checksum;
        std::int64_t applied_at = 0;
    };
    struct State {
        bool has_table = false;
        std::vector<std::string> scripts;
        std::map<std::pair<std::string, std::int64_t>, Entry> entries;
    };
    State state;

    Dialect dialect() const override { return {"fake", "SERIAL", "BYTES"}; }
    Statement prepare(std::string_view) override { return {}; }
    Status verify() override { return {}; }
    Status read(const Body&, Staleness) override { throw std::logic_error("not used"); }
    Status transact(const Body&, Isolation) override { throw std::logic_error("not used"); }
    Status ping() override { return {}; }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        Status done;
        for (int run = 0; run < 2; ++run) {
            State copy = state;
            FakeTransaction tx(copy);
            done = body(tx);
            if (done && run == 1) state = std::move(copy);
        }
        return done;
    }

private:
    class FakeTransaction final : public SchemaTransaction {
    public:
        explicit FakeTransaction(State& state) : state_(state) {}
        Status run(Statement, std::span<const Param>, Rows&) override {
            throw std::logic_error("not used");
        }
        void after_commit(std::function<void()>) override { throw std::logic_error("not used"); }
        Status script(std::string_view sql) override {
            if (sql.find("kitchen_migrations") != std::string_view::npos) {
                state_.has_table = true;
                return {};
            }
            if (sql.find("SYNTAX") != std::string_view::npos)
                return Error(Errc::internal, "sql", "The store refused a statement.");
            state_.scripts.emplace_back(sql);
            return {};
        }
        Status run_text(std::string_view sql, std::span<const Param> params, Rows& out) override {
            if (!state_.has_table) return Error(Errc::internal, "sql", "no such table");
            const std::string plugin(params[0].bytes());
            if (sql.starts_with("SELECT")) {
                out.reset(3);
                for (const auto& [key, entry] : state_.entries) {
                    if (key.first != plugin) continue;
                    out.add_integer(key.second);
                    out.add_bytes(entry.name);
                    out.add_bytes(entry.checksum);
                }
            } else {
                state_.entries[{plugin, params[1].integer()}] = {std::string(params[2].bytes()),
                                                                 std::string(params[3].bytes()),
                                                                 params[4].integer()};
            }
            return {};
        }

    private:
        State& state_;
    };
};

constexpr Migration first[] = {
    {1, "0001_foods", "CREATE TABLE foods (id {{identity}}, photo {{blob}})"}};
constexpr Migration both[] = {first[0], {2, "0002_tags", "CREATE TABLE tags (id {{identity}})"}};
constexpr Migration edited[] = {{1, "0001_foods", "CREATE TABLE foods (id {{identity}})"}, both[1]};
constexpr Migration broken[] = {first[0], {2, "0002_bad", "SYNTAX ERROR"}};
constexpr Migration bad_token[] = {{1, "0001_bad", "CREATE TABLE x (id {{serial}})"}};

class MigratorTest : public testing::Test {
protected:
    static std::vector<std::string> names(Result<std::vector<Step>> steps) {
        std::vector<std::string> out;
        for (const Step& step : steps.value()) out.push_back(step.plugin + '/' + step.name);
        return out;
    }
    FakeStore store;
    testkit::ManualClock clock;
    Migrator migrator{store, clock};
};

TEST_F(MigratorTest, AppliesInOrderOnce) {
    EXPECT_THAT(names(migrator.apply("catalog", both)),
                ElementsAre("catalog/0001_foods", "catalog/0002_tags"));
    EXPECT_THAT(store.state.scripts, ElementsAre("CREATE TABLE foods (id SERIAL, photo BYTES)",
                                                 "CREATE TABLE tags (id SERIAL)"));
    EXPECT_THAT(names(migrator.apply("catalog", both)), IsEmpty());
    EXPECT_EQ(store.state.scripts.size(), 2u);
    const auto& entry = store.state.entries.at({"catalog", 1});
    EXPECT_EQ(entry.name, "0001_foods");
    EXPECT_EQ(entry.checksum, checksum(first[0].sql));
    EXPECT_EQ(entry.applied_at, to_millis(clock.now()));
}

TEST_F(MigratorTest, AppliesOnlyWhatIsNew) {
    ASSERT_TRUE(migrator.apply("catalog", first));
    EXPECT_THAT(names(migrator.apply("catalog", both)), ElementsAre("catalog/0002_tags"));
}

TEST_F(MigratorTest, KeepsPluginsApart) {
    ASSERT_TRUE(migrator.apply("catalog", both));
    EXPECT_THAT(names(migrator.apply("cart", first)), ElementsAre("cart/0001_foods"));
}

TEST_F(MigratorTest, PlansWithoutChangingAnything) {
    EXPECT_THAT(names(migrator.plan("catalog", both)),
                ElementsAre("catalog/0001_foods", "catalog/0002_tags"));
    EXPECT_FALSE(store.state.has_table);
    EXPECT_THAT(store.state.scripts, IsEmpty());
    ASSERT_TRUE(migrator.apply("catalog", first));
    EXPECT_THAT(names(migrator.plan("catalog", both)), ElementsAre("catalog/0002_tags"));
    EXPECT_EQ(store.state.scripts.size(), 1u);
}

TEST_F(MigratorTest, RefusesDriftByName) {
    ASSERT_TRUE(migrator.apply("catalog", both));
    for (const auto& result :
         {migrator.apply("catalog", edited), migrator.plan("catalog", edited)}) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, "migration_drift");
        EXPECT_THAT(result.error().detail,
                    HasSubstr("'0001_foods' of plugin 'catalog' has changed"));
    }
}

TEST_F(MigratorTest, RefusesADatabaseFromTheFuture) {
    ASSERT_TRUE(migrator.apply("catalog", both));
    const auto result = migrator.apply("catalog", first);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "database_newer");
    EXPECT_THAT(result.error().detail, HasSubstr("'0002_tags' of plugin 'catalog'"));
}

TEST_F(MigratorTest, RefusesAGap) {
    ASSERT_TRUE(migrator.apply("catalog", both));
    store.state.entries.erase({"catalog", 1});
    EXPECT_EQ(migrator.apply("catalog", both).error().code, "migration_gap");
}

TEST_F(MigratorTest, KeepsWhatWasAppliedBeforeAFailure) {
    const auto result = migrator.apply("catalog", broken);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().detail, HasSubstr("'0002_bad' of plugin 'catalog' failed"));
    EXPECT_EQ(store.state.entries.size(), 1u);
    EXPECT_TRUE(store.state.entries.contains({"catalog", 1}));
}

TEST_F(MigratorTest, RefusesUnknownTokensBeforeTheStoreSeesThem) {
    const auto result = migrator.apply("catalog", bad_token);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().detail, HasSubstr("unknown token '{{serial}}'"));
    EXPECT_THAT(store.state.scripts, IsEmpty());
    EXPECT_FALSE(replace_tokens("{{identity", store.dialect()));
    EXPECT_EQ(replace_tokens("a {{blob}} b", store.dialect()).value(), "a BYTES b");
}

TEST_F(MigratorTest, TheTestkitThrowsWhatIsRefused) {
    testkit::apply_migrations(store, "catalog", both);
    EXPECT_EQ(store.state.entries.size(), 2u);
    EXPECT_THROW(testkit::apply_migrations(store, "catalog", edited), std::runtime_error);
}

TEST(Checksum, IsFnv1a64) {
    EXPECT_EQ(checksum(""), "fnv1a64:cbf29ce484222325");
    EXPECT_EQ(checksum("a"), "fnv1a64:af63dc4c8601ec8c");
    EXPECT_EQ(checksum("foobar"), "fnv1a64:85944171f73967e8");
}

TEST(TablesOf, AreThoseThatTheMigrationsLeave) {
    const Migration migrations[] = {
        {1, "0001_a",
         "-- CREATE TABLE comment (id BIGINT);\nCREATE TABLE Points(id {{identity}}, note TEXT "
         "DEFAULT 'x; CREATE TABLE text (');\ncreate table if not exists \"old\" (id BIGINT);"
         "CREATE TABLE Gone (id BIGINT); CREATE UNIQUE INDEX points_by_note ON points (note)"},
        {2, "0002_b",
         "DROP TABLE IF EXISTS gone;\nALTER TABLE old RENAME TO fresh;\n"
         "ALTER TABLE points ADD COLUMN more BIGINT; ALTER TABLE points RENAME COLUMN more TO m"},
    };
    EXPECT_THAT(tables_of(migrations), ElementsAre("points", "fresh"));
    EXPECT_THAT(tables_of({}), IsEmpty());
}

}  // namespace
}  // namespace kitchen::migrate
