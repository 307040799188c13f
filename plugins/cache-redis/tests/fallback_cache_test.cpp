// on_failure: memory. One truth at a time, and no attempt twice.
#include "fallback_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "kitchen/testkit/fault_proxy.h"
#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;
using Outcome = Comparison::Outcome;
using testkit::wait_until;

CacheSettings impatient(const std::string& url) {
    CacheSettings settings = settings_for(url);
    settings.client.server.connect_timeout = settings.client.server.command_timeout = 500ms;
    settings.client.breaker.failures = 1;
    return settings;
}

class RedisFallback : public testing::Test {
protected:
    void SetUp() override { wait_for_redis(); }
    void wait_for_redis() {
        ASSERT_TRUE(wait_until([&] { return replica.cache.ping().has_value(); }));
    }
    testkit::RedisServer server;
    Replica replica{impatient(server.url())};
    FallbackCache cache{replica.cache, replica.clock, 4 * 1024 * 1024};
};

TEST_F(RedisFallback, TheMemoryServesWhileRedisIsAway) {
    cache.set("test:a", "shared", 1min).value();
    server.kill();
    EXPECT_EQ(cache.get("test:a").value(), std::nullopt);
    cache.set("test:a", "mine", 1min).value();
    EXPECT_EQ(cache.get("test:a").value(), "mine");
    EXPECT_TRUE(cache.set_if_absent("test:b", "x", 1min).value());
    EXPECT_FALSE(cache.set_if_absent("test:b", "x", 1min).value());
    EXPECT_TRUE(cache.erase("test:b").value());
    EXPECT_TRUE(cache.rate_tick("test:rate", 1, 1min).value().allowed);
    EXPECT_FALSE(cache.rate_tick("test:rate", 1, 1min).value().allowed);
    EXPECT_FALSE(replica.cache.ping());
}

TEST_F(RedisFallback, WhatTheMemoryHeldIsForgottenWhenRedisIsBack) {
    server.kill();
    cache.set("test:a", "old", 1min).value();
    EXPECT_EQ(cache.get("test:a").value(), "old");
    server.restart();
    wait_for_redis();
    EXPECT_EQ(cache.get("test:a").value(), std::nullopt);
    server.kill();
    EXPECT_EQ(cache.get("test:a").value(),
              std::nullopt);  // else a value of the absence before would pass for news
}

TEST_F(RedisFallback, PendingEntriesAreMissingInTheOtherStoreAndTheirAttemptsAreSpentOnce) {
    cache.set_fields("auth:otp", {{"code", "right"}}, 1min).value();
    EXPECT_EQ(cache.compare_and_count("auth:otp", "code", "wrong", 3).value().attempts_left, 2);
    server.freeze();
    // Perhaps counted by a server that has not answered: then the memory must not try it once more.
    EXPECT_EQ(cache.compare_and_count("auth:otp", "code", "wrong", 3).error().code,
              "cache_unanswered");
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(cache.compare_and_count("auth:otp", "code", "wrong", 3).value().outcome,
                  Outcome::missing);
    EXPECT_FALSE(cache.update_fields("auth:otp", {{"code", "new"}}).value());
    server.thaw();
    wait_for_redis();
    EXPECT_EQ(cache.compare_and_count("auth:otp", "code", "wrong", 3).value().outcome,
              Outcome::exhausted);
}

TEST_F(RedisFallback, AnEntryIsNeverInBoth) {
    server.freeze();
    const Status kept = cache.set_fields("auth:otp", {{"code", "right"}}, 1min);
    ASSERT_FALSE(kept);  // Redis may have it
    EXPECT_EQ(kept.error().kind, Errc::unavailable);
    EXPECT_EQ(cache.compare_and_count("auth:otp", "code", "right", 3).value().outcome,
              Outcome::missing);
    cache.set_fields("auth:other", {{"code", "right"}}, 1min)
        .value();  // Redis cannot have this one
    EXPECT_EQ(cache.compare_and_count("auth:other", "code", "right", 3).value().outcome,
              Outcome::match);
    server.thaw();
    wait_for_redis();
    EXPECT_EQ(cache.compare_and_count("auth:other", "code", "right", 3).value().outcome,
              Outcome::missing);
}

TEST_F(RedisFallback, AFullServerLimitsNobodyLess) {
    server.call({"CONFIG", "SET", "maxmemory", "100kb"});
    int allowed = 0;
    for (int i = 0; i < 20; ++i) {
        allowed += cache.rate_tick("test:rate", 2, 1min).value().allowed;
        (void)cache.get("test:a").value();  // a response of Redis here would make the memory forget
    }
    EXPECT_EQ(allowed, 2);
}

// More callers than connections, each of which takes its time.
TEST_F(RedisFallback, ABusyRedisIsNotAway) {
    testkit::FaultProxy far{server.port()};
    CacheSettings settings = impatient("redis://127.0.0.1:" + std::to_string(far.port()));
    settings.client.connections = 1;
    settings.client.server.command_timeout = 1500ms;
    settings.client.breaker.failures = 1'000'000;
    Replica busy{settings};
    FallbackCache in_front{busy.cache, busy.clock, 4 * 1024 * 1024};
    ASSERT_TRUE(wait_until([&] { return busy.cache.ping().has_value(); }));
    far.delay(testkit::FaultProxy::Towards::client, 400ms);
    std::atomic<bool> is_over{false};
    std::vector<std::future<void>> others;
    for (int i = 0; i < 8; ++i)
        others.push_back(std::async(std::launch::async, [&] {
            while (!is_over) (void)busy.cache.get("test:none");
        }));
    int allowed = 0;
    const auto is_busy = [](const auto& result) {
        return !result && result.error().code == "cache_busy" && result.error().retry_after == 1s;
    };
    EXPECT_TRUE(wait_until([&] {
        const auto ticked = in_front.rate_tick("test:rate", 1, 1h);
        allowed += ticked && ticked->allowed ? 1 : 0;
        return is_busy(ticked);
    }));
    EXPECT_TRUE(wait_until([&] {
        return is_busy(in_front.set_fields("auth:otp", {{"code", "right"}}, 1min));
    }));
    EXPECT_TRUE(wait_until([&] { return is_busy(in_front.publish("c", "x")); }));
    EXPECT_TRUE(busy.cache.ping()) << "it is no news of the server";
    is_over = true;
    for (auto& other : others) other.wait();
    allowed += in_front.rate_tick("test:rate", 1, 1h).value().allowed ? 1 : 0;
    EXPECT_LE(allowed, 1) << "the memory counts nothing beside Redis";
    EXPECT_TRUE(busy.cache.client().available());
}

// Those who hold the connections wait too, for a server that is silent.
TEST_F(RedisFallback, WhenNoConnectionComesBackTheMemoryServes) {
    CacheSettings settings = impatient(server.url());
    settings.client.connections = 1;
    settings.client.server.connect_timeout = 1min;
    settings.client.breaker.failures = 2;
    Replica stuck{settings};
    FallbackCache in_front{stuck.cache, stuck.clock, 4 * 1024 * 1024};
    ASSERT_TRUE(wait_until([&] { return stuck.cache.ping().has_value(); }));
    server.freeze();
    ASSERT_FALSE(stuck.cache.get("test:a"));  // the one connection is gone
    // One of two opens another, which takes until the server goes on.
    const auto tick = [&] { return in_front.rate_tick("test:rate", 1, 1h); };
    std::future<Result<RateDecision>> callers[] = {std::async(std::launch::async, tick),
                                                   std::async(std::launch::async, tick)};
    const auto is_over = [](const auto& caller) {
        return caller.wait_for(0s) == std::future_status::ready;
    };
    EXPECT_TRUE(wait_until([&] { return is_over(callers[0]) || is_over(callers[1]); }));
    EXPECT_TRUE(stuck.cache.client().available()) << "one failure";
    server.thaw();
    for (auto& caller : callers) EXPECT_TRUE(caller.get().value().allowed);
}

TEST_F(RedisFallback, MessagesStayInsideTheProcessWhileRedisIsAway) {
    std::promise<std::string> heard;
    const auto handle = cache.subscribe(
        "c", [&](std::string_view message) { heard.set_value(std::string(message)); });
    server.kill();
    ASSERT_TRUE(
        wait_until([&] { return !replica.cache.ping() && !replica.cache.client().available(); }));
    cache.publish("c", "here").value();
    auto future = heard.get_future();
    ASSERT_EQ(future.wait_for(30s), std::future_status::ready);
    EXPECT_EQ(future.get(), "here");
}

TEST_F(RedisFallback, LimitsAreThoseOfTheContract) {
    EXPECT_EQ(cache.set(std::string(251, 'k'), "x", 1min).error().code, "cache_key_too_long");
    EXPECT_EQ(cache.set("k", "x", 0ms).error().code, "cache_ttl_invalid");
}

}  // namespace
}  // namespace kitchen::redis
