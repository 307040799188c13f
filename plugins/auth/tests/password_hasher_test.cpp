#include "password_hasher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace kitchen::auth {
namespace {

constexpr Argon2Cost cheap{1, 8192};

TEST(HashGate, LetsSoManyInAndSoManyWait) {
    HashGate gate(1, 2);
    std::optional<HashGate::Pass> inside(gate.enter().value());
    std::atomic<int> passed{0};
    std::vector<std::jthread> waiters;
    for (int i = 0; i < 2; ++i)
        waiters.emplace_back([&] {
            const auto pass = gate.enter();
            EXPECT_TRUE(pass);
            ++passed;
        });
    while (gate.waiting() < 2) std::this_thread::yield();

    const auto refused = gate.enter();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(1));
    EXPECT_EQ(passed, 0);

    inside.reset();
    waiters.clear();
    EXPECT_EQ(passed, 2);
    EXPECT_EQ(gate.inside(), 0u);
    EXPECT_TRUE(gate.enter());
}

TEST(HashGate, NeverMoreInsideThanAllowed) {
    HashGate gate(3, 100);
    std::atomic<int> inside{0}, most{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i)
            threads.emplace_back([&] {
                for (int k = 0; k < 50; ++k) {
                    const auto pass = gate.enter();
                    const int now = ++inside;
                    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {}
                    --inside;
                }
            });
    }
    EXPECT_LE(most, 3);
    EXPECT_EQ(gate.inside(), 0u);
}

TEST(HashGate, WithoutQueueNobodyWaits) {
    HashGate gate(1, 0);
    const auto pass = gate.enter();
    EXPECT_FALSE(gate.enter());
}

TEST(PasswordHasher, VerifiesWhatItHashed) {
    PasswordHasher hasher(cheap, 1, 1);
    const std::string phc = hasher.hash("jollof-rice").value();
    EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << phc;
    EXPECT_TRUE(hasher.verify(phc, "jollof-rice").value());
    EXPECT_FALSE(hasher.verify(phc, "jollof-Rice").value());
    EXPECT_FALSE(hasher.verify(phc, "").value());
    EXPECT_FALSE(hasher.verify("nonsense", "jollof-rice").value());
    EXPECT_FALSE(hasher.verify("", "").value());
    EXPECT_NE(hasher.hash("jollof-rice").value(), phc) << "the salt must differ";
    EXPECT_TRUE(hasher.verify_nothing("jollof-rice"));
}

TEST(PasswordHasher, ZeroOctetsCount) {
    PasswordHasher hasher(cheap, 1, 1);
    const std::string phc = hasher.hash(std::string_view("abcdefgh\0one", 12)).value();
    EXPECT_FALSE(hasher.verify(phc, std::string_view("abcdefgh\0two", 12)).value());
}

TEST(PasswordHasher, KnowsOutdatedHashes) {
    PasswordHasher now(cheap, 1, 1), before({2, 8192}, 1, 1);
    EXPECT_FALSE(now.is_outdated(now.hash("jollof-rice").value()));
    EXPECT_TRUE(now.is_outdated(before.hash("jollof-rice").value()));
}

TEST(PasswordHasher, DefaultCostIsTheDocumentedOne) {
    PasswordHasher hasher(Argon2Cost{}, 1, 1);
    EXPECT_TRUE(hasher.hash("jollof-rice").value().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

}  // namespace
}  // namespace kitchen::auth
