#include "cache/response_cache.h"

#include <atomic>
#include <future>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/fakes.h"
#include "shaky_cache.h"

namespace kitchen::catalog {
namespace {

using namespace std::chrono_literals;

/// Replicas in front of one store, which here is a number.
class ResponseCacheTest : public testing::Test {
protected:
    struct Replica {
        Replica(ResponseCacheTest& test_, std::uint64_t seed, Cache* shared,
                ResponseCacheOptions options = {})
            : test(test_), random(seed), cache(options, test_.clock, random, metrics, shared) {
            cache.open();
        }
        std::string get(const std::string& key = "key") {
            return cache
                .get(key, later,
                     [&]() -> Result<CachedResponsePtr> {
                         ++test.reads;
                         const std::string state = std::to_string(test.store.load());
                         if (const auto now = std::exchange(while_reading, nullptr)) now();
                         return response(state);
                     })
                .value()
                ->body;
        }
        /// A change and its hook.
        void change() {
            ++test.store;
            cache.forget();
        }
        double from(const char* layer) const {
            return metrics.value("kitchen_catalog_answers_total{layer=\"" + std::string(layer) +
                                 "\"}");
        }

        ResponseCacheTest& test;
        testkit::SeededRandom random;
        testkit::RecordingMetrics metrics;
        std::function<void()> while_reading;  ///< once, after the state has been read
        ResponseCache cache;
    };
    static CachedResponsePtr response(const std::string& state) {
        std::string body = "{\"state\":" + state + "}";
        std::string etag = content_etag(body);
        return std::make_shared<const CachedResponse>(
            CachedResponse{std::move(body), std::move(etag)});
    }
    std::string now_in_store() const { return "{\"state\":" + std::to_string(store.load()) + "}"; }

    static inline const auto later = std::chrono::steady_clock::now() + 10min;
    testkit::ManualClock clock;
    ShakyCache shared{clock};
    std::atomic<int> store{1}, reads{0};
};

TEST_F(ResponseCacheTest, EachLayerResponsesForTheOneBelow) {
    Replica one(*this, 1, &shared);
    EXPECT_EQ(one.get(), "{\"state\":1}");
    EXPECT_EQ(one.get(), "{\"state\":1}");
    EXPECT_EQ(reads, 1);
    shared.loses_messages = true;
    Replica two(*this, 2, &shared);  // begins a generation of its own
    clock.advance(1s);
    EXPECT_EQ(one.get(), "{\"state\":1}");
    EXPECT_EQ(two.get(), "{\"state\":1}");
    EXPECT_EQ(reads, 2);
    EXPECT_EQ(one.from("memory"), 1);
    EXPECT_EQ(one.from("store"), 2);
    EXPECT_EQ(two.from("shared"), 1);
    EXPECT_EQ(two.from("store"), 0);
    EXPECT_EQ(two.metrics.value("kitchen_catalog_cache_entries"), 1);
    EXPECT_GT(two.metrics.value("kitchen_catalog_cache_bytes"), 0);
}

TEST_F(ResponseCacheTest, AChangeIsSeenByWhoMadeItAndByTheOthers) {
    Replica one(*this, 1, &shared), two(*this, 2, &shared);
    for (int i = 0; i < 20; ++i) {
        Replica& writer = i % 2 ? one : two;
        Replica& other = i % 2 ? two : one;
        (void)other.get();
        writer.change();
        EXPECT_EQ(writer.get(), now_in_store());
        EXPECT_TRUE(testkit::wait_until([&] { return other.get() == now_in_store(); }));
    }
}

TEST_F(ResponseCacheTest, WithoutASharedCacheAChangeIsSeenAtOnce) {
    Replica one(*this, 1, nullptr);
    (void)one.get();
    one.change();
    EXPECT_EQ(one.get(), now_in_store());
    EXPECT_EQ(one.get(), now_in_store());
    EXPECT_EQ(reads, 2);
    EXPECT_EQ(one.metrics.value("kitchen_catalog_cache_changes_total"), 1);
}

TEST_F(ResponseCacheTest, WhatWasReadBeforeAChangeIsNotKeptAfterIt) {
    Replica one(*this, 1, &shared);
    one.while_reading = [&] { one.change(); };
    EXPECT_EQ(one.get(), "{\"state\":1}");  // asked before the change
    EXPECT_EQ(one.get(), "{\"state\":2}");
    one.while_reading = [&] { one.change(); };
    EXPECT_EQ(one.get("other"), "{\"state\":2}");
    EXPECT_EQ(one.get("other"), "{\"state\":3}");
}

TEST_F(ResponseCacheTest, WhatOneReadBeforeAChangeDoesNotReachTheOtherAfterIt) {
    shared.loses_messages = true;
    Replica slow(*this, 1, &shared), writer(*this, 2, &shared);
    clock.advance(1s);
    slow.while_reading = [&] {
        writer.change();
    };  // and then puts what it read into the shared cache
    EXPECT_EQ(slow.get(), "{\"state\":1}");
    EXPECT_EQ(writer.get(), "{\"state\":2}");
    clock.advance(1s);
    EXPECT_EQ(slow.get(), "{\"state\":2}");
}

TEST_F(ResponseCacheTest, WhileAChangeIsOnItsWayTheSharedCacheIsLeftAlone) {
    shared.loses_messages = true;
    Replica one(*this, 1, &shared), two(*this, 2, &shared);
    clock.advance(1s);
    ASSERT_EQ(one.get(), "{\"state\":1}");
    ASSERT_EQ(two.get(), "{\"state\":1}");
    clock.advance(1s);
    // Between the commit and the new token: the old one, and what one of them has put under it,
    // still stand there.
    shared.before_set = [&] { EXPECT_EQ(two.get(), "{\"state\":2}"); };
    two.change();
    EXPECT_EQ(two.get(), "{\"state\":2}");
}

TEST_F(ResponseCacheTest, WhoComesAfterAChangeDoesNotJoinAnOlderRead) {
    Replica one(*this, 1, &shared);
    std::promise<void> begun, go;
    one.while_reading = [&] {
        begun.set_value();
        go.get_future().wait();
    };
    auto before = std::async(std::launch::async, [&] { return one.get(); });
    begun.get_future().wait();
    one.change();
    auto after = std::async(std::launch::async, [&] { return one.get(); });
    EXPECT_EQ(after.wait_for(1min), std::future_status::ready);
    go.set_value();
    EXPECT_EQ(after.get(), "{\"state\":2}");
    EXPECT_EQ(before.get(), "{\"state\":1}");
    EXPECT_EQ(one.get(), "{\"state\":2}");
}

TEST_F(ResponseCacheTest, ALostMessageIsMadeUpForAfterRevalidate) {
    shared.loses_messages = true;
    Replica one(*this, 1, &shared), two(*this, 2, &shared);
    clock.advance(1s);
    ASSERT_EQ(one.get(), "{\"state\":1}");
    two.change();
    clock.advance(999ms);
    EXPECT_EQ(one.get(), "{\"state\":1}");
    clock.advance(1ms);
    EXPECT_EQ(one.get(), "{\"state\":2}");
}

TEST_F(ResponseCacheTest, WithoutRevalidateEachReadAsksAndNothingIsOld) {
    shared.loses_messages = true;
    Replica one(*this, 1, &shared, {.revalidate = 0ms}),
        two(*this, 2, &shared, {.revalidate = 0ms});
    EXPECT_EQ(one.get(), "{\"state\":1}");
    EXPECT_EQ(one.get(), "{\"state\":1}");
    EXPECT_EQ(one.from("memory"), 1);
    for (Replica* writer : {&two, &one}) {
        writer->change();
        EXPECT_EQ(one.get(), now_in_store());
        EXPECT_EQ(two.get(), now_in_store());
    }
    shared.is_away = true;
    const int before = reads;
    EXPECT_EQ(one.get(), now_in_store());
    EXPECT_EQ(one.get(), now_in_store());
    EXPECT_EQ(reads, before + 2) << "it is not known whether what is in memory still holds";
}

TEST_F(ResponseCacheTest, NothingBecomesOlderThanItsTimeWhateverIsLost) {
    shared.loses_messages = true;
    Replica one(*this, 1, &shared), two(*this, 2, &shared);
    clock.advance(1s);
    const auto since = clock.steady_now();
    ASSERT_EQ(one.get(), "{\"state\":1}");
    shared.is_away = true;
    one.change();  // it tells no other, and then its process dies
    shared.is_away = false;
    clock.advance(11s);
    EXPECT_EQ(two.get(), "{\"state\":1}");
    EXPECT_EQ(two.from("shared"), 1);
    while (two.get() != now_in_store()) {
        clock.advance(100ms);
        ASSERT_LE(clock.steady_now() - since, 30s);
    }
}

TEST_F(ResponseCacheTest, TimesAreShortenedAtRandom) {
    Replica one(*this, 1, nullptr);
    std::set<std::chrono::milliseconds> lives;
    for (int i = 0; i < 12; ++i) {
        const std::string key = std::to_string(i);
        (void)one.get(key);
        const int before = reads;
        auto life = 0ms;
        for (; reads == before; life += 100ms, clock.advance(100ms)) (void)one.get(key);
        EXPECT_GT(life, 24s - 200ms);
        EXPECT_LE(life, 30s + 200ms);
        lives.insert(life);
    }
    EXPECT_GT(lives.size(), 4u);
}

TEST_F(ResponseCacheTest, ACacheThatIsAwayIsNoError) {
    shared.is_away = true;
    Replica one(*this, 1, &shared);
    EXPECT_EQ(one.get(), "{\"state\":1}");
    one.change();
    EXPECT_EQ(one.get(), "{\"state\":2}");
    EXPECT_EQ(one.get(), "{\"state\":2}");
    EXPECT_EQ(reads, 2);  // the memory serves on
    shared.is_away = false;
    clock.advance(1s);
    one.change();
    (void)one.get();
    Replica two(*this, 2, &shared);
    EXPECT_EQ(two.get(), "{\"state\":3}");
}

TEST_F(ResponseCacheTest, ADamagedEntryIsAMiss) {
    const CachedResponsePtr good = response("7");
    EXPECT_EQ(unpacked(packed(*good))->body, good->body);
    EXPECT_EQ(unpacked(packed(*good))->etag, good->etag);
    for (const std::string& bad :
         {std::string(), std::string("1 "), std::string("2 \"a\"\n{}"), std::string("1 \"a\n{}"),
          std::string("1 a\n{}"), std::string("1 \"a\"\n"), std::string("1 \"a\"\n{\"cut\":"),
          std::string("1 \"a\"\r\nX: y\"\n{}"), std::string("1 \"a\"b\"\n{}"),
          std::string(1000, '\0')})
        EXPECT_EQ(unpacked(bad), nullptr) << bad;

    Replica one(*this, 1, &shared);
    const std::string token = shared.get("catalog:generation").value().value();
    shared.set("catalog:answer:" + token + ":key", "rubbish", 1min).value();
    EXPECT_EQ(one.get(), "{\"state\":1}");
    EXPECT_EQ(one.metrics.value("kitchen_catalog_cache_damaged_total"), 1);
}

TEST_F(ResponseCacheTest, ErrorsAreNotKept) {
    Replica one(*this, 1, &shared);
    const auto failing = []() -> Result<CachedResponsePtr> {
        return Error(Errc::not_found, "food_not_found", "No.");
    };
    EXPECT_EQ(one.cache.get("key", later, failing).error().code, "food_not_found");
    EXPECT_THROW(
        (void)one.cache.get("key", later,
                            []() -> Result<CachedResponsePtr> { throw std::runtime_error("no"); }),
        std::runtime_error);
    EXPECT_EQ(one.get(), "{\"state\":1}");
}

TEST_F(ResponseCacheTest, NoVarietyOfKeysFillsTheSharedCache) {
    Replica one(*this, 1, &shared, {.memory = 64 << 10});
    const auto entries = [&] {
        int found = 0;
        const std::string token = shared.get("catalog:generation").value().value();
        for (int i = 0; i < 10'000; ++i)
            found +=
                shared.get("catalog:answer:" + token + ':' + std::to_string(i)).value().has_value();
        return found;
    };
    for (int i = 0; i < 10'000; ++i) (void)one.get(std::to_string(i));
    EXPECT_GT(entries(), 100);
    EXPECT_LT(entries(), (64 << 10) / 20);
    EXPECT_LE(one.metrics.value("kitchen_catalog_cache_bytes"), 64 << 10);
    const int before = reads;
    for (int i = 0; i < 3; ++i) (void)one.get(std::string(ResponseCache::longest_key + 1, 'x'));
    EXPECT_EQ(reads, before + 3);
}

}  // namespace
}  // namespace kitchen::catalog
