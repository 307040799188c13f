// Messages between replicas, and what becomes of subscriptions when the server goes.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/inbox.h"
#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;
using testkit::Inbox;
using testkit::wait_until;

TEST(RedisMessages, ReachTheSubscribersOfEveryReplicaOnce) {
    testkit::RedisServer& server = testkit::RedisServer::shared();
    Replica one(server), two(server);
    Inbox at_one, at_two;
    const auto a = one.cache.subscribe("catalog:changed", at_one.subscriber());
    const auto b = two.cache.subscribe("catalog:changed", at_two.subscriber());
    one.cache.publish("catalog:changed", "food 7").value();
    two.cache.publish("catalog:changed", "food 8").value();
    for (Inbox* inbox : {&at_one, &at_two}) {
        EXPECT_TRUE(inbox->wait_for("food 7"));
        EXPECT_TRUE(inbox->wait_for("food 8"));
        EXPECT_EQ(inbox->messages().size(), 2u);
    }
}

TEST(RedisMessages, InstallationsWithAnotherPrefixAreStrangers) {
    testkit::RedisServer& server = testkit::RedisServer::shared();
    Replica one(server);
    CacheSettings settings = settings_for(server.url());
    settings.prefix = "kitchen-two";
    Replica two(settings);
    Inbox heard;
    const auto handle = two.cache.subscribe("c", heard.subscriber());
    one.cache.publish("c", "theirs").value();
    two.cache.publish("c", "ours").value();
    EXPECT_TRUE(heard.wait_for("ours"));
    EXPECT_EQ(heard.messages().size(), 1u);
    one.cache.set("k", "theirs", 1min).value();
    EXPECT_EQ(two.cache.get("k").value(), std::nullopt);
    EXPECT_EQ(two.cache.damaged(), 0);
}

TEST(RedisMessages, AreSubscribedToAgainAfterARestart) {
    testkit::RedisServer server;
    Replica replica(server);
    Inbox heard;
    const auto handle = replica.cache.subscribe("c", heard.subscriber());
    for (int round = 0; round < 2; ++round) {
        server.restart();
        ASSERT_TRUE(wait_until([&] {
            return server.call({"PUBSUB", "NUMSUB", "kitchen:0123:channel:c"}).ends_with("\n1");
        }));
        const std::string message = "after restart " + std::to_string(round);
        ASSERT_TRUE(wait_until([&] { return replica.cache.publish("c", message).has_value(); }));
        EXPECT_TRUE(heard.wait_for(message));
    }
}

TEST(RedisMessages, OneMaySubscribeWhileTheServerIsAway) {
    testkit::RedisServer server;
    server.kill();
    Replica replica(server);
    Inbox heard;
    const auto handle = replica.cache.subscribe("c", heard.subscriber());
    server.restart();
    ASSERT_TRUE(wait_until([&] {
        return server.call({"PUBSUB", "NUMSUB", "kitchen:0123:channel:c"}).ends_with("\n1");
    }));
    ASSERT_TRUE(wait_until([&] { return replica.cache.publish("c", "x").has_value(); }));
    EXPECT_TRUE(heard.wait_for("x"));
}

TEST(RedisMessages, TheLastHandleEndsTheSubscription) {
    testkit::RedisServer& server = testkit::RedisServer::shared();
    Replica replica(server);
    const auto subscribers = [&] {
        return server.call({"PUBSUB", "NUMSUB", "kitchen:0123:channel:c"});
    };
    Inbox inbox;
    auto first = replica.cache.subscribe("c", inbox.subscriber());
    auto second = replica.cache.subscribe("c", inbox.subscriber());
    first.reset();
    replica.cache.publish("c", "x").value();
    EXPECT_TRUE(inbox.wait_for("x"));
    second.reset();
    EXPECT_TRUE(wait_until([&] { return subscribers().ends_with("\n0"); }));
    auto third = replica.cache.subscribe("c", inbox.subscriber());
    replica.cache.publish("c", "y").value();
    EXPECT_TRUE(inbox.wait_for("y"));
}

TEST(RedisMessages, AHandleMayOutliveTheCache) {
    testkit::RedisServer& server = testkit::RedisServer::shared();
    auto replica = std::make_unique<Replica>(server);
    auto handle = replica->cache.subscribe("c", [](std::string_view) {});
    replica.reset();
    handle.reset();
}

TEST(RedisMessages, SubscribingAndPublishingFromManyThreads) {
    testkit::RedisServer& server = testkit::RedisServer::shared();
    Replica replica(server);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                int mine = 0;  // touched by the cache's thread only while the handle lives
                auto handle = replica.cache.subscribe("c" + std::to_string(t % 2),
                                                      [&mine](std::string_view) { ++mine; });
                EXPECT_TRUE(replica.cache.publish("c" + std::to_string(i % 2), "x"));
                handle.reset();
                mine = -1;
            }
        });
    for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace kitchen::redis
