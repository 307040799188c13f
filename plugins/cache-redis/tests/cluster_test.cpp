// A real Redis Cluster while slots move and masters are lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "kitchen/testkit/inbox.h"
#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;
using Outcome = Comparison::Outcome;
using testkit::Inbox;
using testkit::RedisCluster;
using testkit::wait_until;

std::uint16_t replica_of(RedisCluster& cluster, std::uint16_t master) {
    const std::string info = cluster.server(master).call({"INFO", "replication"});
    return static_cast<std::uint16_t>(std::stoi(info.substr(info.find("port=") + 5)));
}

/// All three: the nodes that were just asked may not agree.
std::vector<std::uint16_t> masters_of(const RedisCluster& cluster) {
    std::vector<std::uint16_t> masters;
    if (!wait_until([&] { return (masters = cluster.masters()).size() == 3; }))
        throw std::runtime_error("the Redis Cluster has lost a master");
    return masters;
}

/// Clients that count in many keys of the slots below `slots`, as long as it lives.
class Load {
public:
    static constexpr int keys = 48, clients = 2;

    explicit Load(RedisCache& cache, int slots = SlotMap::slots) : cache_(cache) {
        for (int i = 0; keys_.size() < keys; ++i)
            if (std::string key = "test:" + std::to_string(i); slot_of(place(key)) < slots)
                keys_.push_back(std::move(key));
        for (int i = 0; i < keys; ++i) cache_.set_fields(keys_[i], {{"f", "x"}}, 1h).value();
        for (int c = 0; c < clients; ++c)
            clients_.emplace_back([this, c] {
                for (int i = c; !over_; i = (i + clients) % keys) count(i);
            });
    }
    ~Load() { end(); }
    void end() {
        over_ = true;
        for (auto& client : clients_) client.join();
        clients_.clear();
    }
    /// Every key has been counted in anew.
    bool goes_on() {
        std::vector<std::int64_t> before;
        for (const auto& n : counted_) before.push_back(n);
        return wait_until([&] {
            for (int i = 0; i < keys; ++i)
                if (counted_[i] == before[i]) return false;
            return true;
        });
    }
    /// What was acknowledged is there, and nothing else.
    void expect_all_counted() const {
        for (int i = 0; i < keys; ++i)
            EXPECT_EQ(cache_.increment_field(keys_[i], "n", 1'000'000'000).value(),
                      counted_[i] + 1);
    }
    std::int64_t failed() const { return failed_; }
    std::int64_t misses() const { return misses_; }
    /// Errors that are not "unavailable".
    std::int64_t wrong() const { return wrong_; }

private:
    void count(int i) {
        const auto counted = cache_.increment_field(keys_[i], "n", 1'000'000'000);
        if (!counted) {
            std::this_thread::sleep_for(1ms);
            ++failed_;
            if (counted.error().kind != Errc::unavailable) ++wrong_;
        } else if (*counted) {
            ++counted_[i];
        } else {
            ++misses_;  // a failover may lose what was not replicated yet
            (void)cache_.set_fields(keys_[i], {{"f", "x"}}, 1h);
        }
    }

    RedisCache& cache_;
    std::vector<std::string> keys_;
    std::atomic<bool> over_{false};
    std::atomic<std::int64_t> failed_{0}, misses_{0}, wrong_{0};
    std::array<std::atomic<std::int64_t>, keys> counted_{};
    std::vector<std::thread> clients_;
};

TEST(RedisClusterOf, ThreeMastersShareTheKeys) {
    RedisCluster& cluster = RedisCluster::shared();
    Replica replica(cluster);
    for (int i = 0; i < 100; ++i) replica.cache.set("test:" + std::to_string(i), "x", 1min).value();
    for (const std::uint16_t port : cluster.masters())
        EXPECT_GT(std::stoi(testkit::redis_call(port, {"DBSIZE"})), 10);
    EXPECT_TRUE(replica.cache.ping());
    EXPECT_EQ(replica.log.lines().size(), 1u);  // connected; nobody was sent on
}

TEST(RedisClusterOf, OneNodeThatIsReachedIsEnough) {
    CacheSettings settings = settings_for(RedisCluster::shared());
    auto& seeds = settings.client.server.cluster;
    seeds = {{"127.0.0.1", testkit::lasting_port(), {}}, {"no-such-host.invalid", 1, {}}, seeds[5]};
    Replica replica(settings);
    EXPECT_TRUE(wait_until([&] { return replica.cache.ping().has_value(); }))
        << replica.cache.client().reason();
}

TEST(RedisClusterOf, ASingleServerIsNone) {
    CacheSettings settings = settings_for(RedisCluster::shared());
    settings.client.server.cluster = {{"127.0.0.1", testkit::RedisServer::shared().port(), {}}};
    Replica replica(settings);
    EXPECT_FALSE(replica.cache.ping());
    EXPECT_THAT(replica.cache.client().reason(), testing::HasSubstr("cluster support disabled"));
}

TEST(RedisClusterOf, NeedsTheRightsOfTheReadmeAlone) {
    RedisCluster& cluster = RedisCluster::shared();
    const std::vector<std::string> rights = {
        "ACL",        "SETUSER",      "kitchen",        "on",       ">secret",    "~kitchen:*",
        "&kitchen:*", "-@all",        "+get",           "+set",     "+del",       "+pttl",
        "+pexpire",   "+type",        "+hset",          "+hget",    "+hdel",      "+hgetall",
        "+evalsha",   "+script|load", "+time",          "+publish", "+subscribe", "+unsubscribe",
        "+ping",      "+role",        "+cluster|slots", "+asking"};
    cluster.call_masters(rights);
    CacheSettings settings = settings_for(cluster);
    auto& server = settings.client.server;
    server.cluster = {{"127.0.0.1", cluster.masters().front(), {}}};
    server.login = {"kitchen", "secret", 0};
    Replica replica(settings);
    ASSERT_TRUE(replica.cache.ping()) << replica.cache.client().reason();
    Inbox inbox;
    const auto handle = replica.cache.subscribe("c", inbox.subscriber());
    replica.cache.publish("c", "x").value();
    EXPECT_TRUE(inbox.wait_for("x"));
    EXPECT_TRUE(replica.cache.rate_tick("test:rate", 1, 1min).value().allowed);
    cluster.call_masters({"ACL", "DELUSER", "kitchen"});
}

TEST(RedisClusterOf, MessagesReachSubscribersAtAnyNode) {
    RedisCluster& cluster = RedisCluster::shared();
    Replica one(cluster), two(cluster);
    Inbox inbox;
    std::vector<std::shared_ptr<void>> handles;
    for (int i = 0; i < 10; ++i)
        handles.push_back(one.cache.subscribe("c" + std::to_string(i), inbox.subscriber()));
    for (int i = 0; i < 10; ++i) {  // the nodes that publish are those of the channels' slots
        const std::string message = "message " + std::to_string(i);
        two.cache.publish("c" + std::to_string(i), message).value();
        EXPECT_TRUE(inbox.wait_for(message));
    }
    EXPECT_EQ(inbox.messages().size(), 10u);
}

TEST(RedisClusterOf, AskIsFollowedForOneCallAndMovedForGood) {
    RedisCluster cluster;
    Replica replica(cluster);
    RedisCache& cache = replica.cache;
    const std::string key = "test:otp", at = place(key), slot = std::to_string(slot_of(at));
    cache.set_fields(key, {{"code", "right"}}, 1min).value();
    const std::uint16_t from = cluster.master_of(at);
    std::uint16_t to = cluster.masters().front();
    if (to == from) to = cluster.masters().back();
    const auto id = [&](std::uint16_t port) {
        return testkit::redis_call(port, {"CLUSTER", "MYID"});
    };
    const auto say = [](std::uint16_t port, const std::vector<std::string>& command) {
        EXPECT_EQ(testkit::redis_call(port, command), "OK");
    };
    say(to, {"CLUSTER", "SETSLOT", slot, "IMPORTING", id(from)});
    say(from, {"CLUSTER", "SETSLOT", slot, "MIGRATING", id(to)});
    EXPECT_EQ(cache.get_fields(key).value()->size(), 1u);  // not gone yet
    say(from, {"MIGRATE", "127.0.0.1", std::to_string(to), at, "0", "5000"});
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(cache.get_fields(key).value()->size(), 1u);
        EXPECT_EQ(cache.compare_and_count(key, "code", "right", 5).value().outcome, Outcome::match);
        say(to, {"SCRIPT", "FLUSH"});  // NOSCRIPT where ASK has sent us
    }
    EXPECT_TRUE(cache.set_if_absent(key + "}", "new", 1min).value());  // of that slot, and new
    EXPECT_EQ(testkit::redis_call(to, {"CLUSTER", "COUNTKEYSINSLOT", slot}), "2");
    EXPECT_EQ(replica.log.lines().size(), 1u);  // the map has stayed

    for (const std::uint16_t port : {to, from})
        say(port, {"CLUSTER", "SETSLOT", slot, "NODE", id(to)});
    EXPECT_EQ(cache.get_fields(key).value()->size(), 1u);
    EXPECT_TRUE(cache.client().available());
}

TEST(RedisClusterOf, ReshardingUnderLoadLosesNothing) {
    RedisCluster cluster;
    Replica replica(cluster);
    constexpr int slots = 150;
    Load load(replica.cache, slots);
    const std::uint16_t first = cluster.masters().front(), added = cluster.add_master();
    cluster.manage({"reshard", "127.0.0.1:" + std::to_string(added), "--cluster-from",
                    testkit::redis_call(first, {"CLUSTER", "MYID"}), "--cluster-to",
                    testkit::redis_call(added, {"CLUSTER", "MYID"}), "--cluster-slots",
                    std::to_string(slots), "--cluster-yes"});
    ASSERT_TRUE(load.goes_on());
    EXPECT_GE(std::stoi(testkit::redis_call(added, {"DBSIZE"})), Load::keys);
    load.end();
    EXPECT_EQ(load.failed(), 0);
    EXPECT_EQ(load.misses(), 0);
    load.expect_all_counted();
    EXPECT_TRUE(wait_until([&] { return replica.log.contains("has other masters"); }));
    EXPECT_FALSE(replica.log.contains("Redis is away"));
}

TEST(RedisClusterOf, AMasterThatHandsOverCostsNoCall) {
    RedisCluster cluster;
    Replica replica(cluster);
    const auto handle = replica.cache.subscribe("c", [](std::string_view) {});
    Load load(replica.cache);
    const auto before = masters_of(cluster);
    for (const std::uint16_t port : before) {
        const std::uint16_t heir = replica_of(cluster, port);
        const auto has_taken_over = [&] {
            const auto masters = cluster.masters();
            return std::count(masters.begin(), masters.end(), heir) == 1;
        };
        bool done = false;
        for (int tries = 0; tries < 5 && !done; ++tries) {  // Redis gives one up after 5 s
            (void)testkit::redis_call(heir, {"CLUSTER", "FAILOVER"});
            done = wait_until(has_taken_over, 10s);
        }
        ASSERT_TRUE(done) << cluster.server(heir).output();
        ASSERT_TRUE(load.goes_on());
    }
    load.end();
    EXPECT_EQ(load.failed(), 0) << testing::PrintToString(replica.log.lines());
    load.expect_all_counted();
    // Messages are heard at a master, so elsewhere than before.
    ASSERT_TRUE(wait_until([&] {
        const std::string heard_at = replica.cache.client().address()->text;
        const auto port =
            static_cast<std::uint16_t>(std::stoi(heard_at.substr(heard_at.rfind(':') + 1)));
        const auto masters = cluster.masters();
        return std::count(masters.begin(), masters.end(), port) == 1 &&
               testkit::redis_call(port, {"PUBSUB", "NUMSUB", "kitchen:0123:channel:c"})
                   .ends_with("\n1");
    }));
}

TEST(RedisClusterOf, ALostMasterIsReplacedUnderLoad) {
    RedisCluster cluster(1s);
    Replica replica(cluster);
    Inbox inbox;
    const auto handle = replica.cache.subscribe("c", inbox.subscriber());
    Load load(replica.cache);
    ASSERT_TRUE(load.goes_on());
    // The one at which the subscription is.
    const std::string address = replica.cache.client().address()->text;
    const auto lost = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    cluster.server(lost).kill();
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(load.goes_on()) << replica.cache.client().reason();
    // A master may hear of the heir later than the heir serves, and says CLUSTERDOWN until then.
    ASSERT_TRUE(wait_until(
        [&] { return cluster.masters().size() == 3 && replica.cache.ping().has_value(); }));
    std::cout << "all keys again after "
              << std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::steady_clock::now() - begin)
                     .count()
              << " ms, " << load.failed() << " calls refused\n";
    EXPECT_EQ(load.wrong(), 0);
    EXPECT_GT(load.failed(), 0);
    EXPECT_NE(replica.cache.client().address()->text, address);
    ASSERT_TRUE(wait_until([&] {  // what is published until the subscription stands anew is lost
        (void)replica.cache.publish("c", "after");
        return !inbox.messages().empty();
    }));

    // The old one comes back as a replica of its heir.
    cluster.server(lost).restart();
    ASSERT_TRUE(wait_until([&] {
        return cluster.server(lost).call({"INFO", "replication"}).find("master_link_status:up") !=
               std::string::npos;
    }));
    const auto failed = load.failed();
    ASSERT_TRUE(load.goes_on());
    EXPECT_EQ(load.failed(), failed);
}

// As when a master hears of another's heir later than the heir serves.
TEST(RedisClusterOf, AMomentOfClusterDownCostsNoCall) {
    RedisCluster cluster;
    Replica replica(cluster);
    replica.cache.set("test:a", "x", 1min).value();
    const std::uint16_t port = cluster.master_of(place("test:a"));
    const std::string slot = std::to_string(slot_of(place("test:a")));
    ASSERT_EQ(testkit::redis_call(port, {"CLUSTER", "DELSLOTS", slot}), "OK");
    auto read = std::async(std::launch::async, [&] { return replica.cache.get("test:a"); });
    EXPECT_TRUE(wait_until([&] {
        const std::string errors = testkit::redis_call(port, {"INFO", "errorstats"});
        return errors.find("CLUSTERDOWN") != std::string::npos;
    }));
    ASSERT_EQ(testkit::redis_call(port, {"CLUSTER", "ADDSLOTS", slot}), "OK");
    EXPECT_EQ(read.get().value(), "x");
    EXPECT_TRUE(replica.cache.client().available());
}

TEST(RedisClusterOf, IsAwayWhileASlotHasNoMaster) {
    RedisCluster cluster(1s);
    CacheSettings settings = settings_for(cluster);
    settings.client.server.command_timeout = 1s;
    Replica replica(settings);
    const auto masters = masters_of(cluster);
    const std::uint16_t lost = masters.front(), heir = replica_of(cluster, lost);
    std::string key = "test:a";
    while (cluster.master_of(place(key)) == lost) key += 'a';
    cluster.server(heir).kill();
    cluster.server(lost).kill();
    ASSERT_TRUE(wait_until([&] { return !replica.cache.set(key, "x", 1min).has_value(); }));
    EXPECT_TRUE(replica.log.contains("CLUSTERDOWN"));
    EXPECT_FALSE(replica.cache.client().available());
    cluster.server(lost).restart();
    EXPECT_TRUE(wait_until([&] { return replica.cache.set(key, "x", 1min).has_value(); }))
        << replica.cache.client().reason();
}

}  // namespace
}  // namespace kitchen::redis
