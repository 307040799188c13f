// Many threads at once.
#include <atomic>
#include <stdexcept>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_concurrency() {}

namespace {

TEST_P(StoreConformance, LosesNoIncrement) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 0), (2, 0)").value();
    const Statement add = store->prepare("UPDATE accounts SET amount = amount + 1 WHERE id = 1");
    const Statement get = store->prepare("SELECT amount FROM accounts WHERE id = 2");
    const Statement set = store->prepare("UPDATE accounts SET amount = $1 WHERE id = 2");
    std::atomic<int> left{1000};
    in_parallel(16, [&](int) {
        while (left.fetch_sub(1) > 0) {
            until_not_busy([&] { return write(*store, add); }).value();
            until_not_busy([&] {
                return store->transact([&](Transaction& tx) -> Status {  // read, compute, write
                    auto rows = tx.query(get);
                    if (!rows) return std::move(rows).error();
                    return run(tx, set, {rows->front().integer(0) + 1});
                });
            }).value();
        }
    });
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts WHERE id = 1"), 1000);
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts WHERE id = 2"), 1000);
}

TEST_P(StoreConformance, ConflictingTransfersKeepTheirSum) {
    schema(*store, accounts);
    constexpr int count = 5, each = 100;
    for (int i = 0; i < count; ++i)
        write(*store, "INSERT INTO accounts (id, amount) VALUES ($1, $2)", {i, each}).value();
    const Statement take =
        store->prepare("UPDATE accounts SET amount = amount - $2 WHERE id = $1 AND amount >= $2");
    const Statement give = store->prepare("UPDATE accounts SET amount = amount + $2 WHERE id = $1");
    const Statement sum =
        store->prepare("SELECT CAST(sum(amount) AS BIGINT), min(amount) FROM accounts");
    std::atomic<int> moved{0};
    in_parallel(8, [&](int thread) {
        for (int i = 0; i < 50; ++i) {
            const int from = (thread + i) % count, to = (thread * 3 + i * 2 + 1) % count,
                      amount = 1 + (i * 37 + thread) % 60;
            const Status done = until_not_busy([&] {
                return store->transact([&](Transaction& tx) -> Status {
                    if (Status given = run(tx, give, {to, amount}); !given) return given;
                    auto taken = tx.query(take, {from, amount});
                    if (!taken) return std::move(taken).error();
                    if (taken->changed() == 0)
                        return Error(Errc::conflict, "short", "Too little left.");
                    return {};
                });
            });
            moved += done.has_value();
            EXPECT_TRUE(done || done.error().code == "short");
            store
                ->read([&](Transaction& tx) -> Status {
                    auto rows = tx.query(sum);
                    if (!rows) return std::move(rows).error();
                    EXPECT_EQ(rows->front().integer(0), count * each);
                    EXPECT_GE(rows->front().integer(1), 0);
                    return {};
                })
                .value();
        }
    });
    EXPECT_GT(moved.load(), 0);
    EXPECT_EQ(number(*store, "SELECT CAST(sum(amount) AS BIGINT) FROM accounts"), count * each);
}

TEST_P(StoreConformance, AFailingBodyDisturbsNoOther) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (-1, 0)").value();
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES ($1, $2)");
    std::atomic<int> refused{0}, thrown{0};
    in_parallel(8, [&](int thread) {
        for (int i = 0; i < 30; ++i) {
            const int id = thread * 100 + i;
            try {
                const Status done = until_not_busy([&] {
                    return store->transact([&](Transaction& tx) -> Status {
                        if (Status added = run(tx, add, {id, thread}); !added) return added;
                        if (i % 3 == 1) return run(tx, add, {-1, 0});
                        if (i % 3 == 2) throw std::runtime_error("no");
                        return {};
                    });
                });
                EXPECT_EQ(done.has_value(), i % 3 == 0);
                if (!done) ++refused;
            } catch (const std::runtime_error&) {
                ++thrown;
            }
        }
    });
    EXPECT_EQ(refused.load(), 80);
    EXPECT_EQ(thrown.load(), 80);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 81);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts WHERE id >= 0 AND id % 100 % 3 = 0"),
              80);
}

TEST_P(StoreConformance, WhatWasAcknowledgedIsSeenByTheNextRead) {
    schema(*store, accounts);
    in_parallel(4, [&](int thread) {
        for (int i = 0; i < 50; ++i) {
            const int id = thread * 1000 + i;
            write(*store, "INSERT INTO accounts (id, amount) VALUES ($1, 1)", {id}).value();
            EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts WHERE id = $1", {id}), 1);
        }
    });
}

}  // namespace
}  // namespace kitchen::testkit
