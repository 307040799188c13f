// Several processes on one database. Each child is forked before this process has a store.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "kitchen/testkit/migrate.h"
#include "postgres_fixture.h"

namespace kitchen::postgres {
namespace {

constexpr Migration migrations[] = {{1, "0001_things",
                                     "CREATE TABLE things (id {{identity}}, name TEXT NOT "
                                     "NULL);\nINSERT INTO things (name) VALUES ('one');"},
                                    {2, "0002_more",
                                     "ALTER TABLE things ADD COLUMN note TEXT NOT NULL DEFAULT "
                                     "'';\nINSERT INTO things (name) VALUES ('two');"}};

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
        return store
            .migrate([&](SchemaTransaction& tx) -> Status {
                if (Status done = tx.script(
                        "CREATE TABLE things (id BIGINT); INSERT INTO things VALUES (1);");
                    !done)
                    return done;
                if (::write(ends[1], "x", 1) == 1) ::pause();
                return {};
            })
            .has_value();
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
    holder
        .migrate([&](SchemaTransaction&) -> Status {
            const Status refused = waiter.migrate([](SchemaTransaction&) { return Status(); });
            EXPECT_TRUE(!refused && refused.error().kind == Errc::busy);
            return {};
        })
        .value();
    waiter.migrate([](SchemaTransaction&) { return Status(); }).value();
}

// As while pg_dump runs, which has every table: what waits for a table stands before all others
// that come to it.
TEST(Processes, AMigrationThatWaitsForATableLetsTheOthersToIt) {
    PostgresDatabase database;
    PostgresStore dump, migrating, serving;
    for (PostgresStore* store : {&dump, &migrating, &serving})
        store->open({.url = database.url(), .statement_timeout = 60s, .lock_timeout = 6s}).value();
    create_items(serving);
    std::future<Status> migrated;
    const Statement all = dump.prepare("SELECT count(*) FROM items");
    dump.read<bool>([&](Transaction& tx) -> Result<bool> {
            EXPECT_TRUE(tx.query(all));
            migrated = std::async(std::launch::async, [&] {
                return migrating.migrate([](SchemaTransaction& alone) {
                    return alone.script("ALTER TABLE items ADD COLUMN note TEXT");
                });
            });
            EXPECT_TRUE(testkit::wait_until([&] {
                return database.sql(
                           "SELECT count(*) FROM pg_locks WHERE NOT granted AND "
                           "relation = 'items'::regclass") != "0";
            }));
            EXPECT_EQ(number(serving, "SELECT count(*) FROM items"), 0);
            EXPECT_TRUE(write(serving, "INSERT INTO items (id) VALUES (1)"));
            return true;
        })
        .value();
    EXPECT_TRUE(migrated.get());
    EXPECT_EQ(number(serving, "SELECT count(*) FROM items WHERE note IS NULL"), 1);
}

// The conflict gate knows one process only. Of several, one wins a popular row each time, and
// a loser must be let in some time.
TEST(Processes, APopularRowIsForAllOfThem) {
    PostgresDatabase database;
    PostgresStore stores[3];
    for (PostgresStore& store : stores)
        store.open({.url = database.url(), .retry_time = 1min}).value();
    create_items(stores[0]);
    write(stores[0], "INSERT INTO items (id) VALUES (1)").value();
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (PostgresStore& store : stores)
        for (int i = 0; i < 6; ++i)
            threads.emplace_back([&] {
                const Statement get = store.prepare("SELECT amount FROM items WHERE id = 1");
                const Statement set = store.prepare("UPDATE items SET amount = $1 WHERE id = 1");
                for (int n = 0; n < 20; ++n)
                    refused += !store.transact([&](Transaction& tx) -> Status {
                        auto rows = tx.query(get);
                        if (!rows) return std::move(rows).error();
                        std::this_thread::sleep_for(
                            3ms);  // the body's work, as a checkout has it: others come in between
                        Rows none;
                        const Param more[] = {rows->front().integer(0) + 1};
                        return tx.run(set, more, none);
                    });
            });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(number(stores[0], "SELECT amount FROM items"), 3 * 6 * 20);
}

}  // namespace
}  // namespace kitchen::postgres
