#include "passwords/password_hasher.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/counted_waits.h"

namespace kitchen::auth {
namespace {

constexpr Argon2Cost cheap{1, kibibytes(8)};

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

TEST(HashGate, NobodyWaitsForEver) {
    HashGate gate(1, 2, std::chrono::milliseconds(20));
    auto inside = std::make_optional(gate.enter());
    const auto refused = gate.enter();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "busy");
    EXPECT_EQ(gate.waiting(), 0u);
    inside.reset();
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

/// Callers that queue up one after another, and what becomes of each.
class Queue {
public:
    explicit Queue(HashGate& gate) : gate_(gate) {}
    ~Queue() {
        inside_.reset();
        for (std::jthread& thread : threads_) thread.join();
    }
    void occupy() { inside_.emplace(gate_.enter("who is inside").value()); }
    /// Comes back when it waits, or when it has taken the place of one that waited.
    void add(const std::string& client) {
        const std::size_t before = gate_.waiting(), gone = refused_;
        threads_.emplace_back([this, client] {
            const auto pass = gate_.enter(client);
            const std::lock_guard lock(mutex_);
            if (pass)
                admitted_.push_back(client);
            else
                ++refused_;
        });
        while (gate_.waiting() == before && refused_ == gone) std::this_thread::yield();
    }
    /// Lets them in one by one; who came in, in that order.
    std::vector<std::string> let_in() {
        inside_.reset();
        for (std::jthread& thread : threads_) thread.join();
        threads_.clear();
        return admitted_;
    }
    std::size_t refused() const { return refused_; }

private:
    HashGate& gate_;
    std::optional<HashGate::Pass> inside_;
    std::mutex mutex_;
    std::vector<std::string> admitted_;  // under the mutex, in the order of coming in: each pass is
                                         // held until it is noted
    std::atomic<std::size_t> refused_{0};
    std::vector<std::jthread> threads_;
};

TEST(HashGate, ClientsTakeTurns) {
    HashGate gate(1, 10);
    Queue queue(gate);
    queue.occupy();
    for (const char* client : {"mallory", "mallory", "mallory", "ada", "bola", "ada"})
        queue.add(client);
    EXPECT_EQ(queue.let_in(),
              (std::vector<std::string>{"mallory", "ada", "bola", "mallory", "ada", "mallory"}));
}

TEST(HashGate, WhenItIsFullTheGreediestMakesRoom) {
    HashGate gate(1, 4);
    Queue queue(gate);
    queue.occupy();
    for (int i = 0; i < 4; ++i) queue.add("mallory");
    queue.add("ada");
    EXPECT_EQ(queue.refused(), 1u) << "the latest of mallory's";
    queue.add("bola");
    EXPECT_EQ(queue.refused(), 2u);
    EXPECT_FALSE(gate.enter("ada"))
        << "two of ada and one of mallory would only be the other way round";
    EXPECT_FALSE(gate.enter("mallory"));
    EXPECT_EQ(queue.let_in(), (std::vector<std::string>{"mallory", "ada", "bola", "mallory"}));
}

TEST(HashGate, WithoutQueueNobodyWaits) {
    HashGate gate(1, 0);
    const auto pass = gate.enter();
    EXPECT_FALSE(gate.enter());
}

TEST(PasswordHasher, VerifiesWhatItHashed) {
    CountedWaits waits;
    PasswordHasher hasher(cheap, 1, 1, waits);
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

// libsodium says EINVAL only after it has hashed and compared.
TEST(PasswordHasher, TheDummyCostsAHash) {
    const std::string dummy = make_dummy_hash(cheap);
    errno = 0;
    EXPECT_EQ(crypto_pwhash_str_verify(dummy.c_str(), "jollof-rice", 11), -1);
    EXPECT_EQ(errno, EINVAL);
    CountedWaits waits;
    EXPECT_FALSE(PasswordHasher(cheap, 1, 1, waits).is_outdated(dummy)) << dummy;
    EXPECT_NE(make_dummy_hash(cheap), dummy);
}

TEST(PasswordHasher, ZeroBytesCount) {
    CountedWaits waits;
    PasswordHasher hasher(cheap, 1, 1, waits);
    const std::string phc = hasher.hash(std::string_view("abcdefgh\0one", 12)).value();
    EXPECT_FALSE(hasher.verify(phc, std::string_view("abcdefgh\0two", 12)).value());
}

TEST(PasswordHasher, KnowsOutdatedHashes) {
    CountedWaits waits;
    PasswordHasher now(cheap, 1, 1, waits), before({2, kibibytes(8)}, 1, 1, waits);
    EXPECT_FALSE(now.is_outdated(now.hash("jollof-rice").value()));
    EXPECT_TRUE(now.is_outdated(before.hash("jollof-rice").value()));
}

TEST(PasswordHasher, DefaultCostIsTheDocumentedOne) {
    CountedWaits waits;
    PasswordHasher hasher(Argon2Cost{}, 1, 1, waits);
    EXPECT_TRUE(hasher.hash("jollof-rice").value().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

}  // namespace
}  // namespace kitchen::auth
