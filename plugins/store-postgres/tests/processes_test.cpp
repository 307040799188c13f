// Several processes on one database. Each child is forked before this process has a store.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kitchen/testkit/migrate.h"
#include "store_fixture.h"

namespace kitchen::postgres {
namespace {

constexpr Migration migrations[] = {
    {1, "0001_things", "CREATE TABLE things (id {{identity}}, name TEXT NOT NULL);\nINSERT INTO things (name) VALUES ('one');"},
    {2, "0002_more", "ALTER TABLE things ADD COLUMN note TEXT NOT NULL DEFAULT '';\nINSERT INTO things (name) VALUES ('two');"}};

/// Runs `work` in a child; its exit code is 0 when it returns true.
template <class Work>
pid_t fork_child(Work work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    bool good = false;
    try {
        good = work();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(good ? 0 : 1);
}

int wait_for(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

TEST(Processes, RacingMigrationsAreAppliedOnce) {
    PostgresDatabase database;
    const std::string url = database.url();
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i)
        children.push_back(fork_child([&] {
            PostgresStore store;
            store.open({.url = url}).value();
            testkit::apply_migrations(store, "things", migrations);
            return true;
        }));
    for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
    EXPECT_EQ(database.sql("SELECT count(*) FROM things"), "2");
    EXPECT_EQ(database.sql("SELECT count(*) FROM kitchen_migrations"), "2");
}

TEST(Processes, AMigrationKilledInTheMiddleLeavesNothingAndLetsOthersIn) {
    PostgresDatabase database;
    const std::string url = database.url();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = fork_child([&] {
        PostgresStore store;
        store.open({.url = url}).value();
        return store.migrate([&](SchemaTransaction& tx) -> Status {
            if (Status done = tx.script("CREATE TABLE things (id BIGINT); INSERT INTO things VALUES (1);"); !done) return done;
            if (::write(ends[1], "x", 1) == 1) ::pause();
            return {};
        }).has_value();
    });
    char inside = 0;
    ASSERT_EQ(::read(ends[0], &inside, 1), 1);
    ::kill(child, SIGKILL);
    wait_for(child);
    ::close(ends[0]);
    ::close(ends[1]);
    PostgresStore store;
    store.open({.url = url}).value();
    testkit::apply_migrations(store, "things", migrations);
    EXPECT_EQ(number(store, "SELECT count(*) FROM things"), 2);
}

TEST(Processes, TheWaitForAnothersMigrationEnds) {
    PostgresDatabase database;
    PostgresStore holder, waiter;
    holder.open({.url = database.url()}).value();
    waiter.open({.url = database.url(), .migration_timeout = 200ms}).value();
    holder.migrate([&](SchemaTransaction&) -> Status {
        const Status refused = waiter.migrate([](SchemaTransaction&) { return Status(); });
        EXPECT_TRUE(!refused && refused.error().kind == Errc::busy);
        return {};
    }).value();
    waiter.migrate([](SchemaTransaction&) { return Status(); }).value();
}

}  // namespace
}  // namespace kitchen::postgres
