#include <atomic>
#include <set>

#include "fault_vfs.h"
#include "sqlite_fixture.h"

namespace kitchen::sqlite {
namespace {

class GroupCommit : public SqliteStoreTest {};

TEST_F(GroupCommit, BodiesThatWaitTogetherShareOneCommit) {
    FaultVfs vfs("group-commit");
    open({.vfs = vfs.name()});
    std::vector<Store::Body> bodies;
    for (int i = 0; i < 20; ++i) bodies.push_back(adding(i));
    const Stats before = store.stats();
    const int syncs = vfs.syncs;
    for (const Status& done : run_together(bodies)) EXPECT_TRUE(done);
    EXPECT_EQ(store.stats().bodies - before.bodies, 21u);
    EXPECT_EQ(store.stats().commits - before.commits, 1u);
    EXPECT_LE(vfs.syncs - syncs, 2);  // of the log: one for the commit, one if the log began anew
    EXPECT_GE(vfs.syncs - syncs, 1);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 20);
    store.close();
}

TEST_F(GroupCommit, AGroupHasALimit) {
    open({.group_limit = 7});
    std::vector<Store::Body> bodies;
    for (int i = 0; i < 20; ++i) bodies.push_back(adding(i));
    const Stats before = store.stats();
    for (const Status& done : run_together(bodies)) EXPECT_TRUE(done);
    EXPECT_EQ(store.stats().commits - before.commits, 3u);
}

TEST_F(GroupCommit, ABodyThatFailsUndoesOnlyItself) {
    open();
    auto twice = [first = adding(7), second = adding(1)](Transaction& tx) -> Status {
        if (Status done = first(tx); !done) return done;
        return second(tx);
    };
    const Stats before = store.stats();
    const auto results = run_together({adding(1), twice, adding(2),
                                       [&](Transaction& tx) -> Status {
                                           (void)adding(3)(tx);
                                           return Error(Errc::conflict, "changed_mind", "No.");
                                       },
                                       adding(4)});
    EXPECT_TRUE(results[0] && results[2] && results[4]);
    EXPECT_EQ(results[1].error().kind, Errc::unique);
    EXPECT_EQ(results[3].error().code, "changed_mind");
    EXPECT_EQ(store.stats().commits - before.commits, 1u);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 3);
    EXPECT_EQ(number(store, "SELECT sum(id) FROM items"), 7);
}

TEST_F(GroupCommit, HooksRunAfterTheCommitOnTheThreadsOfTheirCallers) {
    open();
    std::mutex mutex;
    std::vector<int> ran;
    std::set<std::thread::id> threads;
    std::promise<void> others;
    const auto hooked = [&](int id, Store::Body body) {
        return [&, id, body](Transaction& tx) -> Status {
            tx.after_commit([&, id] {
                // One that waits holds up neither the thread that writes nor the hooks of the
                // others of its group.
                if (id == 0) {
                    EXPECT_EQ(others.get_future().wait_for(std::chrono::minutes(1)),
                              std::future_status::ready);
                }
                EXPECT_EQ(
                    number(store, "SELECT count(*) FROM items WHERE id = " + std::to_string(id)),
                    1);
                std::lock_guard lock(mutex);
                ran.push_back(id);
                threads.insert(std::this_thread::get_id());
                if (ran.size() == 3) others.set_value();
            });
            return body(tx);
        };
    };
    const auto refusing = [](Transaction&) -> Status {
        return Error(Errc::conflict, "changed_mind", "No.");
    };
    const Stats before = store.stats();
    const auto results =
        run_together({hooked(0, adding(0)), hooked(1, adding(1)), hooked(2, refusing),
                      hooked(3, adding(0)), hooked(4, adding(4)), hooked(5, adding(5))});
    EXPECT_EQ(store.stats().commits - before.commits, 1u);
    EXPECT_TRUE(results[0] && results[1] && !results[2] && !results[3] && results[4] && results[5]);
    EXPECT_EQ(threads.size(), 4u);
    EXPECT_EQ(ran.size(), 4u);
    EXPECT_EQ(ran.back(), 0);
    EXPECT_EQ(std::set<int>(ran.begin(), ran.end()), (std::set<int>{0, 1, 4, 5}));
}

TEST_F(GroupCommit, HooksOfAGroupThatRunsAgainRunOnce) {
    open();
    store
        .migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TRIGGER poison BEFORE INSERT ON items WHEN new.body = 'poison' "
                "BEGIN SELECT RAISE(ROLLBACK, 'poison'); END;");
        })
        .value();
    std::atomic<int> ran{0}, refused{0};
    const auto hooked = [](std::atomic<int>& hooks, Store::Body body) {
        return [&hooks, body](Transaction& tx) -> Status {
            tx.after_commit([&hooks] { ++hooks; });
            return body(tx);
        };
    };
    (void)run_together({hooked(ran, adding(1)), hooked(ran, adding(2)),
                        hooked(refused, adding(3, "poison")), hooked(ran, adding(4))});
    EXPECT_EQ(ran.load(), 3);
    EXPECT_EQ(refused.load(), 0);
}

TEST_F(GroupCommit, WhenSqliteGivesUpTheTransactionOnlyTheCulpritIsRefused) {
    open();
    store
        .migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TRIGGER poison BEFORE INSERT ON items WHEN new.body = 'poison' "
                "BEGIN SELECT RAISE(ROLLBACK, 'poison'); END;");
        })
        .value();
    const auto results =
        run_together({adding(1), adding(2), adding(3, "poison"), adding(4), adding(2), adding(5)});
    EXPECT_EQ(results[2].error().kind, Errc::check);
    EXPECT_EQ(results[4].error().kind, Errc::unique);
    for (int i : {0, 1, 3, 5}) EXPECT_TRUE(results[i]) << i;
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 4);
}

TEST_F(GroupCommit, ABodyTooLargeForTheDiskDoesNotTakeOthersDown) {
    open({.max_size = {200 * 4096}});
    const auto results = run_together({adding(1), adding(2, std::string(4 << 20, 'x')), adding(3)});
    EXPECT_TRUE(results[0] && results[2]);
    EXPECT_EQ(results[1].error().kind, Errc::storage_full);
    EXPECT_EQ(number(store, "SELECT sum(id) FROM items"), 4);
}

TEST_F(GroupCommit, AFullDiskAtCommitRefusesTheWholeGroup) {
    FaultVfs vfs("full-at-commit");
    open({.vfs = vfs.name()});
    const auto failing = [&](Transaction& tx) -> Status {
        tx.after_commit([] { ADD_FAILURE() << "nothing was committed"; });
        vfs.log_write = SQLITE_FULL;
        return Error(Errc::conflict, "because_of_another", "Its reason is not durable.");
    };
    for (const Status& done : run_together({adding(1), adding(2), failing})) {
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, Errc::storage_full);
    }
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 0);
    vfs.log_write = SQLITE_OK;
    EXPECT_TRUE(store.transact(adding(1)));
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 1);
    store.close();
}

TEST_F(GroupCommit, AFailedSyncIsNotAcknowledgedAndIsUnknown) {
    FaultVfs vfs("sync-fails");
    open({.vfs = vfs.name()});
    vfs.log_sync = SQLITE_IOERR_FSYNC;
    int hooks = 0;
    const Status done = store.transact([&](Transaction& tx) {
        tx.after_commit([&] { ++hooks; });
        return adding(1)(tx);
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::unavailable);
    EXPECT_EQ(done.error().code, "commit_unknown");
    EXPECT_EQ(hooks, 1);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 0);
    vfs.log_sync = SQLITE_OK;
    EXPECT_TRUE(store.transact(adding(2)));
    EXPECT_EQ(number(store, "SELECT sum(id) FROM items"), 2);
    store.close();
    store.open({.path = dir.file(), .check_on_start = true}).value();
    EXPECT_EQ(number(store, "SELECT sum(id) FROM items"), 2);
}

TEST_F(GroupCommit, AFileThatCannotBeReadIsUnavailable) {
    FaultVfs vfs("read-fails");
    open({.cache_size = kibibytes(64), .vfs = vfs.name()});
    for (int i = 0; i < 50; ++i) store.transact(adding(i, std::string(20'000, 'x'))).value();
    store.close();
    store.open({.path = dir.file(), .cache_size = kibibytes(64), .vfs = vfs.name()}).value();
    vfs.file_read = SQLITE_IOERR_READ;
    const auto failed = read_number(store, "SELECT sum(length(body)) FROM items");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, Errc::unavailable);
    vfs.file_read = SQLITE_OK;
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 50);
    store.close();
}

}  // namespace
}  // namespace kitchen::sqlite
