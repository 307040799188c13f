// What happens between processes: a crash, and several at once. Each child is forked before this
// process has threads.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "sqlite_fixture.h"

namespace kitchen::sqlite {
namespace {

/// Runs `work` in a child; its exit code is 0 when it returns true.
template <class Work>
pid_t fork_child(Work work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    bool good = false;
    try {
        good = work();
    } catch (...) {}
    ::_exit(good ? 0 : 1);
}

int wait_for(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

std::string integrity(const std::string& path) {
    sqlite3* db = nullptr;
    sqlite3_stmt* check = nullptr;
    std::string result = "not readable";
    if (sqlite3_open(path.c_str(), &db) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, nullptr) == SQLITE_OK &&
        sqlite3_step(check) == SQLITE_ROW) {
        result = reinterpret_cast<const char*>(sqlite3_column_text(check, 0));
    }
    sqlite3_finalize(check);
    sqlite3_close(db);
    return result;
}

TEST(Processes, WhatWasAcknowledgedBeforeAKillIsThere) {
    TempDir dir;
    std::set<std::int64_t> acknowledged;
    for (int round = 0; round < 4; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = fork_child([&]() -> bool {
            SqliteStore store;
            store.open({.path = dir.file()}).value();
            create_items(store);
            const Statement insert = store.prepare("INSERT INTO items (id, body) VALUES ($1, $2)");
            std::vector<std::thread> threads;
            for (int thread = 0; thread < 4; ++thread) {
                threads.emplace_back([&, thread] {
                    for (std::int64_t i = 0;; ++i) {
                        const std::int64_t id = (round * 4 + thread) * 1'000'000 + i;
                        const Status done = store.transact([&](Transaction& tx) -> Status {
                            Rows rows;
                            const Param params[] = {
                                id, std::string_view("a body long enough to spread over pages")};
                            return tx.run(insert, params, rows);
                        });
                        if (done && ::write(ends[1], &id, sizeof id) != sizeof id) ::_exit(1);
                    }
                });
            }
            for (auto& thread : threads) thread.join();
            return true;
        });
        ::close(ends[1]);
        std::int64_t id = 0;
        for (int seen = 0; ::read(ends[0], &id, sizeof id) == sizeof id; ++seen) {
            acknowledged.insert(id);
            if (seen == 150) ::kill(child, SIGKILL);  // then what is still in the pipe
        }
        ::close(ends[0]);
        EXPECT_TRUE(WIFSIGNALED(wait_for(child)));

        SqliteStore store;
        store.open({.path = dir.file()}).value();
        const Statement all = store.prepare("SELECT id FROM items");
        const Rows rows = store.read<Rows>([&](Transaction& tx) { return tx.query(all); }).value();
        std::set<std::int64_t> found;
        for (Row row : rows) found.insert(row.integer(0));
        for (auto each : acknowledged) ASSERT_TRUE(found.contains(each)) << each;
    }
    EXPECT_GE(acknowledged.size(), 600u);
    EXPECT_EQ(integrity(dir.file()), "ok");
}

TEST(Processes, ShareOneFileWithoutLosingAnUpdate) {
    TempDir dir;
    const auto count_up = [&]() -> bool {
        SqliteStore store;
        store.open({.path = dir.file(), .busy_timeout = std::chrono::minutes(1)}).value();
        store
            .migrate([](SchemaTransaction& tx) {
                return tx.script(
                    "CREATE TABLE IF NOT EXISTS counter (n BIGINT NOT NULL);"
                    "INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);");
            })
            .value();
        const Statement get = store.prepare("SELECT n FROM counter");
        const Statement set = store.prepare("UPDATE counter SET n = $1");
        for (int i = 0; i < 100; ++i) {
            store
                .transact([&](Transaction& tx) -> Status {
                    auto rows = tx.query(get);
                    if (!rows) return std::move(rows).error();
                    auto done = tx.query(set, {rows->front().integer(0) + 1});
                    if (!done) return std::move(done).error();
                    return {};
                })
                .value();
        }
        return true;
    };
    std::vector<pid_t> children;
    for (int i = 0; i < 3; ++i)
        children.push_back(fork_child(count_up));  // also: all open and migrate a new file at once
    EXPECT_TRUE(count_up());
    for (pid_t child : children) EXPECT_EQ(wait_for(child), 0);
    auto store = open_sqlite({.path = dir.file()});
    EXPECT_EQ(number(*store, "SELECT n FROM counter"), 400);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM counter"), 1);
}

TEST(Processes, OpenANewFileAllAtOnce) {
    for (int round = 0; round < 12; ++round) {
        TempDir dir;
        int gate[2];
        ASSERT_EQ(::pipe(gate), 0);
        std::vector<pid_t> children;
        for (int i = 0; i < 8; ++i) {
            children.push_back(fork_child([&]() -> bool {
                char go = 0;
                ::close(gate[1]);
                (void)!::read(gate[0], &go, 1);  // until the parent closes its end
                SqliteStore store;
                return store.open({.path = dir.file(), .busy_timeout = std::chrono::minutes(1)})
                    .has_value();
            }));
        }
        ::close(gate[1]);
        for (pid_t child : children) EXPECT_EQ(wait_for(child), 0);
        ::close(gate[0]);
    }
}

TEST(Processes, AMigrationKilledInTheMiddleLeavesNothing) {
    TempDir dir;
    const pid_t child = fork_child([&]() -> bool {
        auto store = open_sqlite({.path = dir.file()});
        (void)store->migrate([](SchemaTransaction& tx) -> Status {
            tx.script("CREATE TABLE half (id BIGINT PRIMARY KEY); INSERT INTO half VALUES (1);")
                .value();
            ::kill(::getpid(), SIGKILL);
            return {};
        });
        return true;
    });
    EXPECT_TRUE(WIFSIGNALED(wait_for(child)));
    auto store = open_sqlite({.path = dir.file()});
    EXPECT_FALSE(read_number(*store, "SELECT count(*) FROM half"));
    create_items(*store);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM items"), 0);
}

}  // namespace
}  // namespace kitchen::sqlite
