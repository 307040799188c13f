// Transaction::after_commit().
#include <atomic>
#include <stdexcept>
#include <thread>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_hooks() {}

namespace {

TEST_P(StoreConformance, HooksRunInOrderOnceTheirTransactionIsDurable) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES (1, 1)");
    std::vector<std::string> ran;
    const auto caller = std::this_thread::get_id();
    store
        ->transact([&](Transaction& tx) -> Status {
            tx.after_commit([&] {
                EXPECT_EQ(std::this_thread::get_id(), caller);
                // The transaction is over: another may begin, and sees what it wrote.
                EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 1);
                ran.push_back("first");
            });
            Status done = run(tx, add, {});
            tx.after_commit([&] { ran.push_back("second"); });
            EXPECT_THAT(ran, testing::IsEmpty());
            return done;
        })
        .value();
    EXPECT_THAT(ran, ElementsAre("first", "second"));
    write(*store, "INSERT INTO accounts (id, amount) VALUES (2, 1)").value();
    EXPECT_THAT(ran, ElementsAre("first", "second"));
    store
        ->migrate([&](SchemaTransaction& tx) -> Status {
            tx.after_commit([&] { ran.push_back("migrated"); });
            return {};
        })
        .value();
    EXPECT_THAT(ran, ElementsAre("first", "second", "migrated"));
}

TEST_P(StoreConformance, HooksOfWhatWasUndoneNeverRun) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES (1, 1)");
    write(*store, add).value();
    const auto hook = [] { ADD_FAILURE() << "it was rolled back"; };
    EXPECT_EQ(store
                  ->transact([&](Transaction& tx) -> Status {
                      tx.after_commit(hook);
                      return Error(Errc::conflict, "changed_mind", "No.");
                  })
                  .error()
                  .code,
              "changed_mind");
    EXPECT_EQ(store
                  ->transact([&](Transaction& tx) -> Status {
                      tx.after_commit(hook);
                      return run(tx, add, {});
                  })
                  .error()
                  .kind,
              Errc::unique);
    EXPECT_FALSE(store->transact([&](Transaction& tx) -> Status {
        (void)run(tx, add, {});
        tx.after_commit(hook);  // of a transaction that is doomed
        return {};
    }));
    EXPECT_THROW((void)store->transact([&](Transaction& tx) -> Status {
        tx.after_commit(hook);
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_FALSE(store->migrate([&](SchemaTransaction& tx) -> Status {
        tx.after_commit(hook);
        return tx.script("CREATE TABEL oops (id BIGINT)");
    }));
    write(*store, "INSERT INTO accounts (id, amount) VALUES (2, 1)").value();
}

TEST_P(StoreConformance, AHookThatThrowsTakesNothingBack) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES (1, 1)");
    int ran = 0;
    store
        ->transact([&](Transaction& tx) -> Status {
            tx.after_commit([] { throw std::runtime_error("no"); });
            tx.after_commit([] { throw 1; });
            tx.after_commit([&] { ++ran; });
            return run(tx, add, {});
        })
        .value();
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 1);
}

TEST_P(StoreConformance, AReadHasNoHooks) {
    EXPECT_THROW((void)store->read([](Transaction& tx) -> Status {
        tx.after_commit([] { ADD_FAILURE(); });
        return {};
    }),
                 std::logic_error);
    store->ping().value();
}

TEST_P(StoreConformance, HooksRunOnceForEachBodyThatWasKept) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 0), (2, 0)").value();
    const Statement get = store->prepare("SELECT amount FROM accounts WHERE id = 1");
    const Statement set = store->prepare("UPDATE accounts SET amount = $1 WHERE id = 1");
    const Statement clash = store->prepare("INSERT INTO accounts (id, amount) VALUES (2, 0)");
    std::atomic<int> hooks{0}, kept{0};
    in_parallel(8, [&](int thread) {
        const auto caller = std::this_thread::get_id();
        for (int i = 0; i < 30; ++i) {
            int mine = 0;
            const Status done = store->transact(
                [&](Transaction& tx) -> Status {  // may lose against another, and run again
                    tx.after_commit([&] {
                        EXPECT_EQ(std::this_thread::get_id(), caller);
                        ++mine;
                        ++hooks;
                    });
                    if ((thread + i) % 4 == 0) return run(tx, clash, {});
                    auto rows = tx.query(get);
                    if (!rows) return std::move(rows).error();
                    return run(tx, set, {rows->front().integer(0) + 1});
                });
            EXPECT_EQ(mine, done ? 1 : 0);
            kept += done.has_value();
        }
    });
    EXPECT_EQ(hooks.load(), kept.load());
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts WHERE id = 1"), kept.load());
    EXPECT_GT(kept.load(), 0);
}

}  // namespace
}  // namespace kitchen::testkit
