#include "idempotency.h"

#include <gtest/gtest.h>

#include "test_kitchen.h"

namespace kitchen::orders {
namespace {

using tests::error_of;

class IdempotencyTest : public testing::Test {
protected:
    /// Claims, and keeps `order_id` when the key was free; gives what was kept before.
    Result<std::optional<std::int64_t>> run(const IdempotentRequest& request,
                                            std::int64_t order_id) {
        return kitchen.store->transact<std::optional<std::int64_t>>(
            [&](Transaction& tx) -> Result<std::optional<std::int64_t>> {
                const Timestamp now = kitchen.clock.now();
                auto kept = repository.claim(tx, request, now, now - std::chrono::hours(24));
                if (kept && !*kept)
                    if (Status done = repository.keep(tx, request, order_id); !done)
                        return std::move(done).error();
                return kept;
            });
    }

    tests::TestKitchen kitchen{tests::Storage::memory, {"orders"}};
    IdempotencyRepository repository{*kitchen.store};
    const IdempotentRequest request{1, "POST /orders/", "key", "{}"};
};

}  // namespace

TEST_F(IdempotencyTest, TheFirstOrderIsKept) {
    EXPECT_FALSE(run(request, 7).value());
    EXPECT_EQ(run(request, 8).value(), 7);
}

TEST_F(IdempotencyTest, AnotherRequestMayNotUseTheKey) {
    ASSERT_TRUE(run(request, 7));
    IdempotentRequest other = request;
    other.request = "{\"tip\":1}";
    EXPECT_EQ(error_of(run(other, 8)).code, "idempotency_key_reused");
    EXPECT_EQ(error_of(run(other, 8)).kind, Errc::unprocessable);
}

TEST_F(IdempotencyTest, KeysBelongToAUserAndARoute) {
    ASSERT_TRUE(run(request, 7));
    IdempotentRequest other = request;
    other.user_id = 2;
    EXPECT_FALSE(run(other, 8).value());
    other = request;
    other.route = "POST /elsewhere/";
    EXPECT_FALSE(run(other, 8).value());
    other = request;
    other.key = "KEY";
    EXPECT_FALSE(run(other, 8).value());
}

TEST_F(IdempotencyTest, WhatWasRolledBackIsNotKept) {
    const Status undone = kitchen.store->transact([&](Transaction& tx) -> Status {
        EXPECT_FALSE(repository.claim(tx, request, kitchen.clock.now(), {}).value());
        return Error(Errc::conflict, "failed", "No.");
    });
    EXPECT_FALSE(undone);
    EXPECT_FALSE(run(request, 9).value());
}

TEST_F(IdempotencyTest, AfterADayTheKeyIsFree) {
    ASSERT_TRUE(run(request, 7));
    kitchen.clock.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
    EXPECT_EQ(run(request, 8).value(), 7);
    kitchen.clock.advance(std::chrono::milliseconds(1));
    IdempotentRequest other = request;
    other.request = "{\"tip\":1}";
    EXPECT_FALSE(run(other, 9).value());
    EXPECT_EQ(run(other, 10).value(), 9);
    EXPECT_EQ(error_of(run(request, 11)).code, "idempotency_key_reused");
}

TEST_F(IdempotencyTest, SweepsWhatIsOld) {
    ASSERT_TRUE(run(request, 7));
    kitchen.clock.advance(std::chrono::hours(2));
    IdempotentRequest other = request;
    other.key = "younger";
    ASSERT_TRUE(run(other, 8));
    const auto sweep = [&](std::chrono::hours age) {
        return kitchen.store
            ->transact<std::int64_t>(
                [&](Transaction& tx) { return repository.sweep(tx, kitchen.clock.now() - age); })
            .value();
    };
    EXPECT_EQ(sweep(std::chrono::hours(3)), 0);
    EXPECT_EQ(sweep(std::chrono::hours(1)), 1);
    EXPECT_TRUE(run(other, 8).value());
    EXPECT_FALSE(run(request, 8).value());
}

}  // namespace kitchen::orders
