// What the testkit's RepeatingStore shows of a body that is not fit to run again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/repeating_store.h"
#include "memory_store.h"
#include "sqlite_store.h"

namespace kitchen::testkit {
namespace {

class RepeatingStoreTest : public testing::Test {
protected:
    RepeatingStoreTest() {
        memory
            ->migrate([](SchemaTransaction& tx) {
                return tx.script("CREATE TABLE favourites (food BIGINT NOT NULL);");
            })
            .value();
    }
    /// Adds the food unless there are two already; notes in `seen` how many it found.
    Status add(Store& on, int food, std::vector<std::int64_t>& seen) {
        return on.transact([&](Transaction& tx) -> Status {
            auto count = tx.query(on.prepare("SELECT count(*) FROM favourites"));
            if (!count) return std::move(count).error();
            seen.push_back(count->front().integer(0));
            if (seen.back() >= 2) return Error(Errc::conflict, "full", "Two are enough.");
            auto added = tx.query(on.prepare("INSERT INTO favourites (food) VALUES ($1)"), {food});
            return added ? Status() : Status(std::move(added).error());
        });
    }
    std::int64_t count() {
        return memory
            ->read<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
                return tx.query(memory->prepare("SELECT count(*) FROM favourites"))
                    .value()
                    .front()
                    .integer(0);
            })
            .value();
    }

    const std::unique_ptr<Store> memory = sqlite::open_memory();
    RepeatingStore store{*memory};
};

TEST_F(RepeatingStoreTest, ABodyThatKeepsSomethingOfAnUndoneRunShowsIt) {
    std::vector<std::int64_t> seen;
    add(store, 1, seen).value();
    EXPECT_THAT(seen, testing::ElementsAre(0, 0));
    EXPECT_EQ(count(), 1);
}

TEST_F(RepeatingStoreTest, AnotherClientComesInBetween) {
    std::vector<std::int64_t> seen, seen_by_other;
    store.between_runs = [&] {
        add(*memory, 2, seen_by_other).value();
        add(*memory, 3, seen_by_other).value();
    };
    EXPECT_EQ(add(store, 1, seen).error().code, "full");
    EXPECT_THAT(seen, testing::ElementsAre(0, 2));
    EXPECT_EQ(count(), 2);
}

TEST_F(RepeatingStoreTest, WhatTheStoreRefusesIsNotRunAgain) {
    int runs = 0;
    const Status nested = store.transact([&](Transaction&) -> Status {
        return store.transact([&](Transaction&) -> Status {
            ++runs;
            return {};
        });
    });
    EXPECT_EQ(nested.error().code, "store_nested");
    EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace kitchen::testkit
