// What happens to the cache when Redis is killed, frozen, restarted, emptied, full, demoted, or
// lets nobody in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Outcome = Comparison::Outcome;
using testkit::RedisServer;
using testkit::wait_until;

/// For tests in which the server does not answer: they wait for it this long.
CacheSettings impatient_settings(const std::string& url) {
    CacheSettings settings = settings_for(url);
    settings.client.server.connect_timeout = settings.client.server.command_timeout = 500ms;
    return settings;
}

bool comes_back(Replica& replica) {
    return wait_until([&] { return replica.cache.ping().has_value(); });
}

void expect_unavailable(const Status& status) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, Errc::unavailable);
    EXPECT_TRUE(status.error().retry_after.has_value());
}

TEST(RedisFaults, AnEntryOfRedisExpiresByItself) {
    RedisServer server;
    Replica replica(server);
    replica.cache.set("test:short", "x", 50ms).value();
    EXPECT_TRUE(
        wait_until([&] { return replica.cache.get("test:short").value() == std::nullopt; }));
}

TEST(RedisFaults, ARestartedServerCostsNoCallAndLosesNoScript) {
    RedisServer server;
    Replica replica(server);
    replica.cache.set_fields("test:h", {{"f", "x"}}, 1min).value();
    server.restart();
    // The connections in the pool are dead and the scripts gone; neither shows.
    EXPECT_EQ(replica.cache.get_fields("test:h").value(), std::nullopt);
    replica.cache.set_fields("test:h", {{"f", "y"}}, 1min).value();
    EXPECT_EQ(replica.cache.compare_and_count("test:h", "f", "y", 5).value().outcome,
              Outcome::match);
}

TEST(RedisFaults, LostScriptsAreLoadedAgain) {
    RedisServer server;
    Replica replica(server);
    server.call({"SCRIPT", "FLUSH"});
    EXPECT_TRUE(replica.cache.rate_tick("test:rate", 1, 1min).value().allowed);
    EXPECT_FALSE(replica.cache.rate_tick("test:rate", 1, 1min).value().allowed);
}

TEST(RedisFaults, AKilledServerIsAwayUntilItIsBack) {
    RedisServer server;
    Replica replica(server);
    replica.cache.set("test:a", "x", 1min).value();
    server.kill();
    for (int i = 0; i < 5; ++i) expect_unavailable(replica.cache.set("test:a", "y", 1min));
    EXPECT_FALSE(replica.cache.client().available());
    EXPECT_TRUE(replica.log.contains("Redis is away"));
    server.restart();
    ASSERT_TRUE(comes_back(replica));
    EXPECT_EQ(replica.cache.get("test:a").value(), std::nullopt);
}

TEST(RedisFaults, AServerThatComesLateIsFound) {
    RedisServer server;
    server.kill();
    Replica replica(server);
    expect_unavailable(replica.cache.ping());
    server.restart();
    EXPECT_TRUE(comes_back(replica));
}

TEST(RedisFaults, AFrozenServerHoldsNobodyForLong) {
    RedisServer server;
    Replica replica(impatient_settings(server.url()));
    ASSERT_TRUE(comes_back(replica));
    replica.cache.set("test:a", "x", 1min).value();
    server.freeze();
    std::vector<std::future<int>> callers;  // more than there are connections
    for (int t = 0; t < 20; ++t)
        callers.push_back(std::async(std::launch::async, [&] {
            int refused = 0;
            for (int i = 0; i < 50; ++i) refused += !replica.cache.get("test:a");
            return refused;
        }));
    for (auto& caller : callers) EXPECT_EQ(caller.get(), 50);
    EXPECT_FALSE(replica.cache.client().available());
    server.thaw();
    ASSERT_TRUE(comes_back(replica));
    EXPECT_EQ(replica.cache.get("test:a").value(), "x");
}

TEST(RedisFaults, AResponseThatDoesNotComeIsToldFromACallThatWasNotMade) {
    RedisServer server;
    CacheSettings settings = impatient_settings(server.url());
    settings.client.breaker.failures = 1;
    Replica replica(settings);
    ASSERT_TRUE(comes_back(replica));
    replica.cache.set_fields("test:otp", {{"code", "right"}}, 1min).value();
    server.freeze();
    EXPECT_EQ(replica.cache.compare_and_count("test:otp", "code", "wrong", 5).error().code,
              "cache_unanswered");
    EXPECT_EQ(replica.cache.compare_and_count("test:otp", "code", "wrong", 5).error().code,
              "cache_unavailable");
    server.thaw();
    ASSERT_TRUE(comes_back(replica));
    // The first one lay in the socket and was counted, the second one never left.
    EXPECT_EQ(replica.cache.compare_and_count("test:otp", "code", "wrong", 5).value().attempts_left,
              3);
}

TEST(RedisFaults, AnEmptiedServerMisses) {
    RedisServer server;
    Replica replica(server);
    replica.cache.set("test:a", "x", 1min).value();
    replica.cache.set_fields("test:h", {{"f", "x"}}, 1min).value();
    server.call({"FLUSHALL"});
    EXPECT_EQ(replica.cache.get("test:a").value(), std::nullopt);
    EXPECT_EQ(replica.cache.get_fields("test:h").value(), std::nullopt);
    EXPECT_EQ(replica.cache.compare_and_count("test:h", "f", "x", 5).value().outcome,
              Outcome::missing);
    EXPECT_EQ(replica.cache.damaged(), 0);
}

TEST(RedisFaults, AFullServerIsAwayUntilThereIsRoom) {
    RedisServer server;
    Replica replica(server);
    replica.cache.set("test:a", "x", 1min).value();
    server.call(
        {"CONFIG", "SET", "maxmemory", "100kb"});  // less than it uses; the policy is noeviction
    EXPECT_EQ(replica.cache.get("test:a").value(), "x");
    expect_unavailable(replica.cache.set("test:b", "x", 1min));
    EXPECT_FALSE(replica.cache.client().available());
    EXPECT_THAT(replica.cache.client().reason(), HasSubstr("OOM"));
    server.call({"CONFIG", "SET", "maxmemory", "0"});
    ASSERT_TRUE(comes_back(replica));
    EXPECT_EQ(replica.cache.get("test:a").value(), "x");
}

// Each script must meet the refusal before it has decided anything.
TEST(RedisFaults, AFullServerComparesAndGrowsNothing) {
    RedisServer server;
    const Envelope envelope(test_key);
    const std::string at = place("test:otp"), rate = place("test:rate");
    const auto address = resolve(settings_for(server.url()).client.server.endpoint).value().front();
    const auto deadline = std::chrono::steady_clock::now() + 1min;
    auto connection = Connection::open(address, {}, Connection::Use::commands, deadline).value();
    const std::string code = envelope.seal(at, ".code", "123456"),
                      counter = envelope.counter_header(at, ".attempts");
    ASSERT_EQ(
        connection->run(Script::set_fields, at, {"60000", ".code", code}, deadline).value().integer,
        1);
    server.call({"CONFIG", "SET", "maxmemory", "100kb"});
    const auto refused = [&](Script script, const std::string& key, const Arguments& arguments) {
        const auto reply = connection->run(script, key, arguments, deadline).value();
        return reply.is_error() && reply.text.find("OOM") != std::string::npos;
    };
    EXPECT_TRUE(refused(Script::compare_and_count, at, {".code", code, "5", ".attempts", counter}));
    EXPECT_TRUE(refused(Script::set_fields, place("test:new"), {"60000", ".code", code}));
    EXPECT_TRUE(refused(Script::set_fields, at, {"60000", ".other", code}));
    EXPECT_TRUE(refused(Script::update_fields, at, {"1000", "18", ".other", code}));
    EXPECT_TRUE(refused(Script::increment_field, at, {".n", counter, "5"}));
    EXPECT_TRUE(refused(Script::set_if_absent, rate, {code, "60000", ""}));
    EXPECT_TRUE(refused(Script::rate_tick, rate, {envelope.rate_header(rate), "5", "1000000"}));
    EXPECT_EQ(server.call({"HGETALL", at}), "1\n\n.code\n" + code);
    EXPECT_EQ(server.call({"KEYS", "*"}), at);
}

TEST(RedisFaults, AWrongPasswordIsSaidAndNotShown) {
    RedisServer server(RedisServer::Options{{}, "the-right-secret", false});
    CacheSettings settings = settings_for(server.url());
    settings.client.server.login.password = "a-wrong-secret";
    Replica replica(settings);
    const Status refused = replica.cache.ping();
    expect_unavailable(refused);
    EXPECT_THAT(refused.error().detail, Not(HasSubstr("AUTH")));
    EXPECT_THAT(replica.cache.client().reason(), HasSubstr("WRONGPASS"));
    EXPECT_TRUE(replica.log.contains("WRONGPASS"));
    EXPECT_FALSE(replica.log.contains("secret"));
    server.call({"CONFIG", "SET", "requirepass", "a-wrong-secret"});
    EXPECT_TRUE(comes_back(replica));
}

// The rule that the README recommends.
TEST(RedisFaults, AUserWithFewRightsIsEnough) {
    RedisServer server;
    const std::string created = server.call(
        {"ACL",        "SETUSER",    "kitchen",    "on",           ">a-secret-of-its-own",
         "~kitchen:*", "&kitchen:*", "-@all",      "+get",         "+set",
         "+del",       "+pttl",      "+pexpire",   "+type",        "+hset",
         "+hget",      "+hdel",      "+hgetall",   "+evalsha",     "+script|load",
         "+time",      "+publish",   "+subscribe", "+unsubscribe", "+ping",
         "+role",      "+select"});
    ASSERT_EQ(created, "OK");
    CacheSettings settings = settings_for(server.url());
    settings.client.server.login = {"kitchen", "a-secret-of-its-own", 0};
    Replica replica(settings);
    Cache& cache = replica.cache;
    ASSERT_TRUE(replica.cache.ping()) << replica.cache.client().reason();
    EXPECT_TRUE(cache.set_if_absent("test:a", "x", 1min).value());
    EXPECT_FALSE(cache.set_if_absent("test:a", "x", 1min).value());
    EXPECT_EQ(cache.get("test:a").value(), "x");
    EXPECT_TRUE(cache.ttl("test:a").value().has_value());
    cache.set_fields("test:h", {{"f", "x"}}, 1min).value();
    EXPECT_TRUE(cache.update_fields("test:h", {{"g", "x"}}).value());
    EXPECT_EQ(cache.increment_field("test:h", "n", 5).value(), 1);
    EXPECT_EQ(cache.compare_and_count("test:h", "f", "x", 5).value().outcome, Outcome::match);
    EXPECT_EQ(cache.compare_and_count("test:h", "f", "y", 1).value().outcome, Outcome::exhausted);
    EXPECT_TRUE(cache.rate_tick("test:rate", 1, 1min).value().allowed);
    EXPECT_TRUE(cache.erase("test:a").value());
    std::promise<void> heard;
    const auto handle =
        cache.subscribe("test:channel", [&](std::string_view) { heard.set_value(); });
    cache.publish("test:channel", "x").value();
    EXPECT_EQ(heard.get_future().wait_for(30s), std::future_status::ready);
    EXPECT_FALSE(replica.log.contains("away"));
}

// The probe writes and is served, the calls are not.
TEST(RedisFaults, AMissingRightDoesNotReconnectForEveryCall) {
    RedisServer server;
    ASSERT_EQ(server.call({"ACL", "SETUSER", "kitchen", "on", ">a-secret-of-its-own", "~*", "&*",
                           "+@all", "-evalsha"}),
              "OK");
    CacheSettings settings = settings_for(server.url());
    settings.client.server.login = {"kitchen", "a-secret-of-its-own", 0};
    settings.client.breaker = {3, 10min, 10min};
    Replica replica(settings);
    ASSERT_TRUE(replica.cache.ping()) << replica.cache.client().reason();
    for (int i = 0; i < 100; ++i) {
        const auto ticked = replica.cache.rate_tick("test:rate", 1, 1min);
        ASSERT_FALSE(ticked);
        EXPECT_EQ(ticked.error().code, "cache_unavailable");
        (void)server.call({"PING"});
    }
    EXPECT_THAT(replica.cache.client().reason(), HasSubstr("NOPERM"));
    EXPECT_EQ(replica.log.lines().size(), 2u);  // connected, and away
}

TEST(RedisFaults, AReplicaIsRefusedByName) {
    RedisServer master;
    RedisServer follower(RedisServer::Options{
        {"--replicaof", "127.0.0.1 " + std::to_string(master.port())}, {}, false});
    Replica replica(follower);
    expect_unavailable(replica.cache.ping());
    EXPECT_THAT(replica.cache.client().reason(), HasSubstr("not a master but a replica"));
    ASSERT_EQ(follower.call({"REPLICAOF", "NO", "ONE"}), "OK");
    EXPECT_TRUE(comes_back(replica));
}

TEST(RedisFaults, AMasterThatBecameAReplicaIsLeft) {
    RedisServer server, other;
    Replica replica(server);
    replica.cache.set("test:a", "x", 1min).value();
    ASSERT_EQ(server.call({"REPLICAOF", "127.0.0.1", std::to_string(other.port())}), "OK");
    expect_unavailable(replica.cache.set("test:a", "y", 1min));
    EXPECT_FALSE(replica.cache.client().available());
    ASSERT_EQ(server.call({"REPLICAOF", "NO", "ONE"}), "OK");
    ASSERT_TRUE(comes_back(replica));
    EXPECT_TRUE(replica.cache.set("test:a", "z", 1min));
}

TEST(RedisFaults, SomethingElseThatListensIsRefused) {
    testkit::RedisServer server;
    CacheSettings settings = impatient_settings(server.url());
    const std::uint16_t port = testkit::free_port();
    testkit::ChildProcess other({"perl", "-MIO::Socket::INET", "-e",
                                 "$l = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort "
                                 "=> $ARGV[0], Listen => 5, ReuseAddr => 1) or die;"
                                 "$| = 1; print 'listening'; while ($c = $l->accept) { print $c "
                                 "\"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"; close $c }",
                                 std::to_string(port)});
    ASSERT_TRUE(other.wait_for("listening")) << other.output();
    settings.client.server.endpoint.port = port;
    Replica replica(settings);
    expect_unavailable(replica.cache.ping());
    EXPECT_THAT(replica.cache.client().reason(), HasSubstr("127.0.0.1:" + std::to_string(port)));
}

}  // namespace
}  // namespace kitchen::redis
