#include "claim_ledger.h"

#include <gtest/gtest.h>

#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"
#include "sqlite_store.h"

namespace kitchen::claims {
namespace {

class ClaimLedgerTest : public testing::Test {
protected:
    ClaimLedgerTest() { testkit::apply_migrations(*store, "claims", kitchen_migrations); }

    Status take(const std::string& owner, const std::vector<Claim>& claims) {
        return store->transact([&](Transaction& tx) { return ledger.take(tx, owner, claims); });
    }
    Status give_back(const std::string& owner) {
        return store->transact([&](Transaction& tx) { return ledger.give_back(tx, owner); });
    }
    std::int64_t taken(const std::string& name) {
        const std::vector<std::string> names{name};
        return store
            ->read<std::vector<std::int64_t>>(
                [&](Transaction& tx) { return ledger.taken(tx, names); })
            .value()
            .front();
    }

    const std::unique_ptr<Store> store = sqlite::open_memory();
    ClaimLedger ledger{*store};
};

}  // namespace

TEST_F(ClaimLedgerTest, TakesUpToTheLimit) {
    EXPECT_EQ(taken("codes/1"), 0);
    EXPECT_TRUE(take("order 1", {{"codes/1", 2, 3}}));
    EXPECT_TRUE(take("order 2", {{"codes/1", 1, 3}}));
    EXPECT_EQ(taken("codes/1"), 3);
    const Status refused = take("order 3", {{"codes/1", 1, 3}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::conflict);
    EXPECT_EQ(refused.error().code, "limit_reached");
    EXPECT_EQ(refused.error().subject, "codes/1");
    EXPECT_EQ(taken("codes/1"), 3);
    // A limit that was raised meanwhile.
    EXPECT_TRUE(take("order 3", {{"codes/1", 1, 4}}));
}

TEST_F(ClaimLedgerTest, TheFirstClaimHasALimitToo) {
    EXPECT_FALSE(take("order 1", {{"slots/noon", 5, 4}}));
    EXPECT_FALSE(take("order 1", {{"slots/noon", 1, 0}}));
    EXPECT_EQ(taken("slots/noon"), 0);
    EXPECT_TRUE(take("order 1", {{"slots/noon"}}));
}

TEST_F(ClaimLedgerTest, ClaimsOfOneNameAreTakenTogether) {
    EXPECT_FALSE(take("order 1", {{"codes/1", 2, 3}, {"codes/2", 1, 9}, {"codes/1", 2, 9}}));
    EXPECT_EQ(taken("codes/2"), 0);
    EXPECT_TRUE(take("order 1", {{"codes/1", 2, 9}, {"codes/2", 1, 9}, {"codes/1", 2, 9}}));
    EXPECT_EQ(taken("codes/1"), 4);
}

TEST_F(ClaimLedgerTest, GivesBackEverythingOfOneOwnerOnce) {
    ASSERT_TRUE(take("order 1", {{"codes/1", 2, 3}, {"slots/noon", 1, 9}}));
    ASSERT_TRUE(take("order 2", {{"codes/1", 1, 3}}));
    EXPECT_TRUE(give_back("order 1"));
    EXPECT_TRUE(give_back("order 1"));
    EXPECT_TRUE(give_back("order 9"));
    EXPECT_EQ(taken("codes/1"), 1);
    EXPECT_EQ(taken("slots/noon"), 0);
}

TEST_F(ClaimLedgerTest, ReadsManyNamesInTheirOrder) {
    std::vector<std::string> names;
    std::vector<std::int64_t> expected;
    for (int i = 0; i < 40; ++i) {
        names.push_back("slots/" + std::to_string(i));
        expected.push_back(i % 3);
        if (i % 3 > 0) {
            ASSERT_TRUE(take("order " + std::to_string(i), {{names.back(), i % 3}}));
        }
    }
    EXPECT_EQ(store
                  ->read<std::vector<std::int64_t>>(
                      [&](Transaction& tx) { return ledger.taken(tx, names); })
                  .value(),
              expected);
}

}  // namespace kitchen::claims
