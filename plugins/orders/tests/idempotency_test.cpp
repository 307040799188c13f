#include "idempotency.h"

#include <gtest/gtest.h>

#include "test_kitchen.h"

namespace kitchen::orders {
namespace {

using tests::error_of;

class IdempotencyTest : public testing::Test {
protected:
    /// Claims, and keeps `answer` when the key was free; gives what was kept before.
    Result<std::optional<KeptAnswer>> run(const IdempotentRequest& request,
                                          const std::string& answer) {
        return kitchen.store->transact<std::optional<KeptAnswer>>(
            [&](Transaction& tx) -> Result<std::optional<KeptAnswer>> {
                const Timestamp now = kitchen.clock.now();
                auto kept = repository.claim(tx, request, now, now - std::chrono::hours(24));
                if (kept && !*kept)
                    if (Status done = repository.keep(tx, request, {7, answer}); !done)
                        return std::move(done).error();
                return kept;
            });
    }

    tests::TestKitchen kitchen{tests::Storage::memory, {"orders"}};
    IdempotencyRepository repository{*kitchen.store};
    const IdempotentRequest request{1, "POST /orders/", "key", "{}"};
};

}  // namespace

TEST(IdempotencyKey, IsVisibleAscii) {
    EXPECT_TRUE(is_idempotency_key("a"));
    EXPECT_TRUE(is_idempotency_key("!~\"{}"));
    EXPECT_TRUE(is_idempotency_key(std::string(255, 'k')));
    EXPECT_FALSE(is_idempotency_key(""));
    EXPECT_FALSE(is_idempotency_key(std::string(256, 'k')));
    for (const char* key : {"a b", "a\tb", "caf\xC3\xA9", "a\x7f"})
        EXPECT_FALSE(is_idempotency_key(key)) << key;
}

TEST(CanonicalRequest, DoesNotSeeTheOrderOfMembers) {
    const auto canonical = [](const char* text) {
        return canonical_request(parse_json(text).value());
    };
    EXPECT_EQ(canonical(R"({"a":1,"b":{"y":[1,2],"x":null}})"),
              canonical(R"({ "b": {"x": null, "y": [1, 2]}, "a": 1 })"));
    EXPECT_NE(canonical(R"({"a":[1,2]})"), canonical(R"({"a":[2,1]})"));
    EXPECT_NE(canonical(R"({"a":1})"), canonical(R"({"a":"1"})"));
    EXPECT_NE(canonical(R"({"a":null})"), canonical(R"({})"));
}

TEST_F(IdempotencyTest, TheFirstAnswerIsKept) {
    EXPECT_FALSE(run(request, "first").value());
    const auto again = run(request, "second").value();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->order_id, 7);
    EXPECT_EQ(again->body, "first");
}

TEST_F(IdempotencyTest, AnotherRequestMayNotUseTheKey) {
    ASSERT_TRUE(run(request, "first"));
    IdempotentRequest other = request;
    other.request = "{\"tip\":1}";
    EXPECT_EQ(error_of(run(other, "x")).code, "idempotency_key_reused");
    EXPECT_EQ(error_of(run(other, "x")).kind, Errc::unprocessable);
}

TEST_F(IdempotencyTest, KeysBelongToAUserAndARoute) {
    ASSERT_TRUE(run(request, "first"));
    IdempotentRequest other = request;
    other.user_id = 2;
    EXPECT_FALSE(run(other, "x").value());
    other = request;
    other.route = "POST /elsewhere/";
    EXPECT_FALSE(run(other, "x").value());
    other = request;
    other.key = "KEY";
    EXPECT_FALSE(run(other, "x").value());
}

TEST_F(IdempotencyTest, WhatWasRolledBackIsNotKept) {
    const Status undone = kitchen.store->transact([&](Transaction& tx) -> Status {
        EXPECT_FALSE(repository.claim(tx, request, kitchen.clock.now(), {}).value());
        return Error(Errc::conflict, "failed", "No.");
    });
    EXPECT_FALSE(undone);
    EXPECT_FALSE(run(request, "later").value());
}

TEST_F(IdempotencyTest, AfterADayTheKeyIsFree) {
    ASSERT_TRUE(run(request, "first"));
    kitchen.clock.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
    EXPECT_EQ(run(request, "x").value().value().body, "first");
    kitchen.clock.advance(std::chrono::milliseconds(1));
    EXPECT_FALSE(run(request, "second").value());
    EXPECT_EQ(run(request, "x").value().value().body, "second");
}

TEST_F(IdempotencyTest, SweepsWhatIsOld) {
    ASSERT_TRUE(run(request, "first"));
    kitchen.clock.advance(std::chrono::hours(2));
    IdempotentRequest other = request;
    other.key = "younger";
    ASSERT_TRUE(run(other, "x"));
    const auto sweep = [&](std::chrono::hours age) {
        return kitchen.store
            ->transact<std::int64_t>(
                [&](Transaction& tx) { return repository.sweep(tx, kitchen.clock.now() - age); })
            .value();
    };
    EXPECT_EQ(sweep(std::chrono::hours(3)), 0);
    EXPECT_EQ(sweep(std::chrono::hours(1)), 1);
    EXPECT_TRUE(run(other, "x").value());
    EXPECT_FALSE(run(request, "x").value());
}

}  // namespace kitchen::orders
