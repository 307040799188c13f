// Values in Redis that are not what was written there: misses, counted, said once.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;
using Outcome = Comparison::Outcome;

class RedisDamage : public testing::Test {
protected:
    testkit::RedisServer& server = testkit::RedisServer::shared();
    Replica replica{server};
    RedisCache& cache = replica.cache;
};

TEST_F(RedisDamage, AValueIsAMissAndIsSaidOnce) {
    cache.set("menu:page", "jollof", 1min).value();
    server.call({"SETRANGE", place("menu:page"), "20", "X"});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(cache.get("menu:page").value(), std::nullopt);
    server.call({"SET", place("menu:page"), "garbage"});
    EXPECT_EQ(cache.get("menu:page").value(), std::nullopt);
    server.call({"SET", place("menu:page"), ""});
    EXPECT_EQ(cache.get("menu:page").value(), std::nullopt);
    EXPECT_EQ(cache.ttl("menu:page").value(), std::nullopt);  // it has none, so it is not ours
    EXPECT_EQ(cache.damaged(), 5);
    const auto lines = replica.log.lines();
    EXPECT_EQ(
        std::count_if(lines.begin(), lines.end(),
                      [](const auto& line) { return line.find("damaged") != std::string::npos; }),
        1);
    EXPECT_TRUE(replica.log.contains("owner=menu"));
    EXPECT_FALSE(replica.log.contains("menu:page"));
    cache.set("menu:page", "egusi", 1min).value();
    EXPECT_EQ(cache.get("menu:page").value(), "egusi");
}

TEST_F(RedisDamage, AnotherTypeIsAMissAndIsReplaced) {
    server.call({"RPUSH", place("test:a"), "x"});
    EXPECT_EQ(cache.get("test:a").value(), std::nullopt);
    EXPECT_EQ(cache.get_fields("test:a").value(), std::nullopt);
    EXPECT_EQ(cache.compare_and_count("test:a", "f", "x", 5).value().outcome, Outcome::missing);
    EXPECT_FALSE(cache.update_fields("test:a", {{"f", "x"}}).value());
    EXPECT_TRUE(cache.set_if_absent("test:a", "y", 1min).value());
    EXPECT_EQ(cache.get("test:a").value(), "y");
    server.call({"DEL", place("test:a")});
    server.call({"RPUSH", place("test:a"), "x"});
    EXPECT_TRUE(cache.rate_tick("test:a", 1, 1min).value().allowed);
    EXPECT_FALSE(cache.rate_tick("test:a", 1, 1min).value().allowed);
}

TEST_F(RedisDamage, ADamagedValueCountsAsAbsent) {
    EXPECT_TRUE(cache.set_if_absent("test:lock", "one", 1min).value());
    EXPECT_FALSE(cache.set_if_absent("test:lock", "two", 1min).value());
    server.call({"SET", place("test:lock"), "garbage"});
    EXPECT_TRUE(cache.set_if_absent("test:lock", "three", 1min).value());
    EXPECT_FALSE(cache.set_if_absent("test:lock", "four", 1min).value());
    EXPECT_EQ(cache.get("test:lock").value(), "three");
    EXPECT_TRUE(cache.ttl("test:lock").value().has_value());
    EXPECT_EQ(cache.damaged(), 1);
}

TEST_F(RedisDamage, AHashEntryWithADamagedFieldIsAMiss) {
    const CacheFields fields = {{"code", "123456"}, {"user_id", "7"}};
    const auto renew = [&] { cache.set_fields("test:otp", fields, 1min).value(); };
    const auto compare = [&] {
        return cache.compare_and_count("test:otp", "code", "123456", 5).value().outcome;
    };
    const std::string at = place("test:otp");

    renew();
    server.call({"HSET", at, ".user_id", "8"});
    EXPECT_EQ(cache.get_fields("test:otp").value(), std::nullopt);
    EXPECT_EQ(compare(), Outcome::missing);

    renew();  // what is compared is damaged: it was no wrong guess
    server.call({"HSET", at, ".code", "garbage"});
    EXPECT_EQ(compare(), Outcome::missing);

    renew();  // a field of one entry in another
    cache.set_fields("test:mine", {{"code", "000000"}}, 1min).value();
    server.call({"HSET", at, ".code", server.call({"HGET", place("test:mine"), ".code"})});
    EXPECT_EQ(cache.compare_and_count("test:otp", "code", "000000", 5).value().outcome,
              Outcome::missing);

    renew();  // a counter is not made out of a field that was never counted in
    EXPECT_EQ(cache.increment_field("test:otp", "resends", 5).value(), 1);
    const std::string counter = server.call({"HGET", at, ".resends"});
    server.call({"HSET", at, ".user_id", counter});
    EXPECT_EQ(cache.get_fields("test:otp").value(), std::nullopt);

    renew();
    server.call({"HDEL", at, "1"});
    EXPECT_EQ(cache.get_fields("test:otp").value(), std::nullopt);
    EXPECT_EQ(cache.damaged(), 6);

    renew();
    EXPECT_EQ(compare(), Outcome::match);
}

TEST_F(RedisDamage, DamagedAttemptsCompareNothing) {
    cache.set_fields("test:otp", {{"code", "123456"}}, 1min).value();
    server.call({"HSET", place("test:otp"), ".attempts", "0"});
    EXPECT_EQ(cache.compare_and_count("test:otp", "code", "123456", 5).value().outcome,
              Outcome::missing);
    EXPECT_EQ(cache.increment_field("test:otp", "attempts", 5).value(), std::nullopt);
    EXPECT_EQ(cache.damaged(), 2);
}

TEST_F(RedisDamage, ADamagedRateBeginsAnew) {
    EXPECT_TRUE(cache.rate_tick("test:rate", 1, 1min).value().allowed);
    for (const std::string& garbage :
         {std::string("garbage"),
          server.call({"GET", place("test:rate")}).substr(0, 18) + "soon"}) {
        server.call({"SET", place("test:rate"), garbage});
        EXPECT_TRUE(cache.rate_tick("test:rate", 1, 1min).value().allowed);
        EXPECT_FALSE(cache.rate_tick("test:rate", 1, 1min).value().allowed);
    }
    EXPECT_EQ(cache.damaged(), 2);
    // Far ahead, as after a failover to a server whose clock is behind: never more than a whole
    // burst away.
    server.call({"SET", place("test:rate"),
                 server.call({"GET", place("test:rate")}).substr(0, 18) + "9000000000000000"});
    EXPECT_LE(cache.rate_tick("test:rate", 1, 1min).value().retry_after, 1min);
}

TEST_F(RedisDamage, AnotherKeyReadsNothing) {
    CacheSettings settings = settings_for(server.url());
    settings.integrity_key = "";
    Replica other(settings);
    cache.set("test:a", "x", 1min).value();
    EXPECT_EQ(other.cache.get("test:a").value(), std::nullopt);
    EXPECT_EQ(other.cache.damaged(), 1);
    other.cache.set("test:a", "y", 1min).value();
    EXPECT_EQ(cache.get("test:a").value(), std::nullopt);
}

TEST_F(RedisDamage, AKeyHoldsOneKindOfThing) {
    cache.set("test:k", "value", 1min).value();
    EXPECT_EQ(cache.get_fields("test:k").value(), std::nullopt);
    EXPECT_FALSE(cache.update_fields("test:k", {{"f", "x"}}).value());
    EXPECT_EQ(cache.increment_field("test:k", "f", 5).value(), std::nullopt);
    EXPECT_EQ(cache.get("test:k").value(), "value");
    EXPECT_TRUE(cache.rate_tick("test:k", 1, 1min).value().allowed);
    EXPECT_EQ(cache.get("test:k").value(), std::nullopt);
    EXPECT_FALSE(cache.set_if_absent("test:k", "value", 1min).value());
    cache.set_fields("test:k", {}, 1min).value();
    EXPECT_EQ(cache.get_fields("test:k").value(), CacheFields());
    EXPECT_EQ(cache.get("test:k").value(), std::nullopt);
    EXPECT_FALSE(cache.set_if_absent("test:k", "value", 1min).value());
    EXPECT_EQ(cache.damaged(), 0);
}

TEST_F(RedisDamage, FieldsMayHaveAnyNameAndAnyNumber) {
    CacheFields fields = {{"", "empty"}, {"1", "marker"}, {".", "dot"}, {"attempts", "3"}};
    for (int i = 0; i < 10'000; ++i) fields.emplace_back("f" + std::to_string(i), "x");
    cache.set_fields("test:h", fields, 1min).value();
    auto read = cache.get_fields("test:h").value().value();
    std::sort(read.begin(), read.end());
    std::sort(fields.begin(), fields.end());
    EXPECT_EQ(read, fields);
    EXPECT_EQ(cache.compare_and_count("test:h", "1", "marker", 3).value().outcome,
              Outcome::exhausted);  // a limit lowered meanwhile
    EXPECT_EQ(cache.update_fields("test:h", fields).value(), false);
}

TEST_F(RedisDamage, AnUpdateThatGrowsPastTheLimitChangesNothing) {
    cache.set_fields("test:h", {{"f", std::string(1024 * 1024 - 1, 'x')}}, 1min).value();
    EXPECT_EQ(cache.update_fields("test:h", {{"g", "more"}}).error().code, "cache_value_too_large");
    EXPECT_EQ(cache.get_fields("test:h").value()->size(), 1u);
    EXPECT_TRUE(cache.update_fields("test:h", {{"f", "less"}, {"g", "more"}}).value());
}

TEST_F(RedisDamage, MessagesOfOthersAreDropped) {
    std::promise<std::string> heard;
    const auto handle = cache.subscribe(
        "test:channel", [&](std::string_view message) { heard.set_value(std::string(message)); });
    ASSERT_EQ(server.call({"PUBLISH", "kitchen:0123:channel:test:channel", "garbage"}), "1");
    cache.publish("test:channel", "ours").value();
    auto future = heard.get_future();
    ASSERT_EQ(future.wait_for(30s), std::future_status::ready);
    EXPECT_EQ(future.get(), "ours");
    EXPECT_EQ(cache.damaged(), 1);
}

}  // namespace
}  // namespace kitchen::redis
