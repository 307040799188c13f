#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <set>
#include <vector>

#include "idempotency_keys.h"
#include "kitchen/mailer.h"

namespace kitchen {
namespace {

using namespace std::string_literals;

// echo -n abc | sha256sum: ba7816bf8f01cfea414140de5dae2223…
TEST(KeyDigest, IsTheFirstHalfOfTheSha256InLetters) {
    EXPECT_EQ(key_digest("abc"), "lkhibglpipabmpokebebeanofnkocccd");
}

TEST(KeyDigest, OfANewKeyIsTheKey) {
    struct Counting : Random {
        void fill(std::span<std::byte> out) override {
            for (std::byte& b : out) b = static_cast<std::byte>(next += 23);
        }
        unsigned next = 0;
    } random;
    const std::string key = new_mail_key(random);
    EXPECT_EQ(key.size(), key_digest_length);
    EXPECT_EQ(key.find_first_not_of("abcdefghijklmnop"), std::string::npos);
    EXPECT_EQ(key_digest(key), key);
}

TEST(KeyDigest, AnyBytesCount) {
    std::set<std::string> digests;
    for (const std::string& key :
         {""s, "a"s, "a\0"s, "\0a"s, "A"s, std::string(1000, 'a'), "\xff"s}) {
        EXPECT_EQ(key_digest(key).size(), key_digest_length);
        EXPECT_TRUE(digests.insert(key_digest(key)).second);
    }
}

TEST(KeyTurns, OneAtATimeForAKey) {
    KeyTurns turns;
    std::atomic<int> inside{0}, most{0};
    std::latch start(8);
    std::vector<std::future<void>> all;
    for (int i = 0; i < 8; ++i)
        all.push_back(std::async(std::launch::async, [&] {
            start.arrive_and_wait();
            for (int n = 0; n < 200; ++n) {
                const auto turn = turns.take("one");
                const int now = ++inside;
                if (now > most) most = now;
                --inside;
            }
        }));
    for (auto& one : all) one.get();
    EXPECT_EQ(most, 1);
}

TEST(KeyTurns, OtherKeysDoNotWait) {
    KeyTurns turns;
    const auto mine = turns.take("mine");
    std::async(std::launch::async, [&] { const auto yours = turns.take("yours"); }).get();
}

}  // namespace
}  // namespace kitchen
