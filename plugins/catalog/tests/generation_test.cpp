#include "cache/generation.h"

#include <atomic>

#include <gtest/gtest.h>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/fakes.h"
#include "shaky_cache.h"

namespace kitchen::catalog {
namespace {

using namespace std::chrono_literals;

class GenerationTest : public testing::Test {
protected:
    struct Replica {
        Replica(GenerationTest& test, std::uint64_t seed)
            : random(seed),
              generation(test.cache, test.clock, random, 1s, 15s, [this] { ++forgot; }) {
            generation.open();
        }
        std::string token() {
            generation.refresh();
            return generation.current().value_or("");
        }
        testkit::SeededRandom random;
        std::atomic<int> forgot{0};
        Generation generation;
    };
    std::string stored() { return cache.get("catalog:generation").value().value_or(""); }
    bool is_current(Replica& replica) {
        const std::string token = replica.token();  // first: it may begin a generation
        return !token.empty() && token == stored();
    }

    testkit::ManualClock clock;
    ShakyCache cache{clock};
};

TEST_F(GenerationTest, AChangeIsHeardByTheOthers) {
    Replica one(*this, 1), two(*this, 2);
    ASSERT_TRUE(testkit::wait_until([&] { return is_current(one); }));
    const int before = one.forgot;
    two.generation.renew();
    ASSERT_TRUE(testkit::wait_until([&] { return one.forgot > before; }));
    EXPECT_TRUE(is_current(one));
    EXPECT_TRUE(is_current(two));
}

TEST_F(GenerationTest, ALostMessageIsMadeUpForWhenItLooksNext) {
    cache.loses_messages = true;
    Replica one(*this, 1), two(*this, 2);
    clock.advance(1s);
    EXPECT_TRUE(is_current(one));
    const int before = one.forgot;
    const std::string old = one.token();
    two.generation.renew();
    clock.advance(999ms);
    EXPECT_EQ(one.token(), old);
    clock.advance(1ms);
    EXPECT_TRUE(is_current(one));
    EXPECT_NE(one.token(), old);
    EXPECT_EQ(one.forgot, before + 1);
}

TEST_F(GenerationTest, ItsOwnMessageIsNoNews) {
    Replica one(*this, 1);
    const int before = one.forgot;
    one.generation.renew();
    std::atomic<bool> delivered{false};
    const auto last =
        cache.subscribe("catalog:changed", [&](std::string_view) { delivered = true; });
    one.generation.renew();
    ASSERT_TRUE(testkit::wait_until([&] { return delivered.load(); }));
    EXPECT_EQ(one.forgot, before + 2);
    EXPECT_TRUE(is_current(one));
}

TEST_F(GenerationTest, ATokenDoesNotCountBeforeItStandsInTheCache) {
    Replica one(*this, 1);
    const std::string old = one.token();
    cache.before_set = [&] {
        EXPECT_EQ(one.token(),
                  "");  // neither the old one, which the change has ended, nor the new one
        EXPECT_EQ(stored(), old);
    };
    one.generation.renew();
    EXPECT_TRUE(is_current(one));
}

TEST_F(GenerationTest, WhatIsFoundBesideAChangeIsNotTaken) {
    cache.loses_messages = true;
    Replica one(*this, 1), two(*this, 2);
    clock.advance(1s);
    cache.after_get = [&] {
        one.generation.renew();
    };  // what has just been found is older than this
    EXPECT_TRUE(is_current(one));
}

TEST_F(GenerationTest, AChangeThatCouldNotBeWrittenIsWrittenLater) {
    Replica one(*this, 1);
    const std::string old = one.token();
    const int before = one.forgot;
    cache.is_away = true;
    one.generation.renew();
    EXPECT_EQ(one.forgot, before + 1);
    EXPECT_EQ(one.token(), "");
    cache.is_away = false;
    EXPECT_EQ(stored(), old);
    EXPECT_EQ(one.token(), "") << "the old token stands there still";
    clock.advance(1s);
    EXPECT_TRUE(is_current(one));
    EXPECT_NE(stored(), old);
}

TEST_F(GenerationTest, WithoutTheCacheThereIsNoToken) {
    Replica one(*this, 1);
    const std::string old = one.token();
    one.generation.away();
    EXPECT_EQ(one.token(), "");
    cache.is_away = true;
    clock.advance(1s);
    EXPECT_EQ(one.token(), "");
    cache.is_away = false;
    clock.advance(1s);
    EXPECT_EQ(one.token(), old);  // nothing has happened meanwhile
}

TEST_F(GenerationTest, ALostTokenIsReplaced) {
    Replica one(*this, 1);
    const std::string old = one.token();
    ASSERT_TRUE(cache.erase("catalog:generation").value());
    clock.advance(1s);
    EXPECT_NE(one.token(), old);
    EXPECT_TRUE(is_current(one));
}

TEST_F(GenerationTest, ATokenOfAnotherFromThePastIsNotTakenAgain) {
    cache.loses_messages = true;
    Replica one(*this, 1), two(*this, 2);
    clock.advance(1s);
    ASSERT_TRUE(is_current(one));
    const std::string old = one.token();
    for (int i = 0; i < 3000; ++i) one.generation.renew();
    cache.set("catalog:generation", old, 1h).value();
    clock.advance(1s);
    EXPECT_NE(one.token(), old);
    EXPECT_TRUE(is_current(one));
}

TEST_F(GenerationTest, ATokenFromThePastIsNotTakenAgain) {
    Replica one(*this, 1);
    const std::string old = one.token();
    one.generation.renew();
    cache.set("catalog:generation", old, 1h)
        .value();  // as after a failover to a server that had not heard of the change
    const int before = one.forgot;
    clock.advance(1s);
    EXPECT_NE(one.token(), old);
    EXPECT_TRUE(is_current(one));
    EXPECT_GT(one.forgot, before);
}

}  // namespace
}  // namespace kitchen::catalog
