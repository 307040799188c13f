// Redis is lost in every way there is, while customers order. Orders stand in the store, so they go
// on; what is kept in the cache (here: a sign-up) does as `on_failure` says.
#include <algorithm>

#include "fault_fixture.h"
#include "kitchen/testkit/redis_cluster.h"

namespace kitchen::tests {
namespace {

using testkit::RedisServer;

class RedisTest : public FaultTest {
protected:
    /// With limits that no client reaches: every request asks the cache.
    void open_on_redis(const std::string& config) {
        const std::string limit = "{burst: 1000000, period: 1ms}";
        open_on_sqlite(
            {.cache =
                 "{id: cache-redis, config: {connect_timeout: 500ms, command_timeout: 500ms, " +
                 config + "}}",
             .plugins = {"{id: rate-limit, config: {per_address: " + limit +
                         ", per_user: " + limit + "}}"}});
    }
    HttpResponse sign_up() {
        const std::string number = std::to_string(++visitors_);
        return server->client().post(
            "/signup/",
            Json::object({{"email", "visitor" + number + "@mail.example"},
                          {"phone_number", "0804" + std::to_string(1'000'000 + visitors_)},
                          {"password", RestaurantProcess::password}}));
    }
    /// Orders stand in the store: none is refused for want of the cache.
    void expect_no_failures() const {
        for (const auto& [outcome, count] : load->outcomes())
            EXPECT_TRUE(!outcome.starts_with("5") && outcome != "no answer") << outcome;
    }

private:
    int visitors_ = 0;
};

class RedisFault : public RedisTest, public testing::WithParamInterface<const char*> {
protected:
    RedisFault() { open_on_redis("url: '" + redis.url() + "', on_failure: " + GetParam()); }

    void expect_absence() {
        const bool fails = GetParam() == std::string("fail");
        ASSERT_TRUE(server->wait_for_health(fails ? "down" : "degraded")) << server->output();
        EXPECT_EQ(server->client().get("/readyz").status, fails ? 503 : 200);
        const HttpResponse response = sign_up();
        EXPECT_EQ(response.status, fails ? 503 : 200) << response.body;
        EXPECT_EQ(response.header("retry-after").empty(), !fails);
        EXPECT_TRUE(load->wait_for_orders()) << load->summary();
    }
    void expect_return() {
        const auto begin = std::chrono::steady_clock::now();
        ASSERT_TRUE(server->wait_for_health("ok")) << server->output();
        std::cout << "Redis again after " << millis_since(begin)
                  << " ms (a report of /health/ is up to 1 s old); ";
        EXPECT_EQ(sign_up().status, 200);
        expect_recovery();
        expect_no_failures();
    }

    RedisServer redis;
};

TEST_P(RedisFault, Killed) {
    redis.kill();
    expect_absence();
    redis.restart();
    expect_return();
}

TEST_P(RedisFault, Frozen) {
    redis.freeze();
    expect_absence();
    redis.thaw();
    expect_return();
}

TEST_P(RedisFault, Full) {
    redis.call({"CONFIG", "SET", "maxmemory", "1mb"});
    redis.call({"SET", "filler", std::string(2'000'000, 'x')});
    expect_absence();
    redis.call({"CONFIG", "SET", "maxmemory", "0"});
    expect_return();
}

TEST_P(RedisFault, RestartedAndEmptied) {
    for (int round = 0; round < 3; ++round) {
        redis.restart();
        EXPECT_TRUE(load->wait_for_orders());
        redis.call({"FLUSHALL"});
        EXPECT_TRUE(load->wait_for_orders());
    }
    expect_return();
}

INSTANTIATE_TEST_SUITE_P(OnFailure, RedisFault, testing::Values("memory", "fail"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(RedisTest, CorruptedValuesAreMissesAndCounted) {
    RedisServer redis;
    open_on_redis("url: '" + redis.url() + "'");
    HttpClient visitor = server->client();
    const Json me = Json::object({{"email", "ada@mail.example"},
                                  {"phone_number", "08051234567"},
                                  {"password", RestaurantProcess::password}});
    ASSERT_EQ(visitor.post("/signup/", me).status, 200);
    const std::string code = server->code_mailed_to("ada@mail.example");
    const auto spoil = [&] {
        const std::string keys = redis.call({"KEYS", "*"});
        for (std::size_t at = 0; at < keys.size(); at = keys.find('\n', at) == std::string::npos
                                                            ? keys.size()
                                                            : keys.find('\n', at) + 1) {
            const std::string key = keys.substr(at, keys.find('\n', at) - at);
            if (redis.call({"TYPE", key}) == "hash")
                redis.call({"HSET", key, ".code", "garbage"});
            else
                redis.call({"SET", key, "garbage"});
        }
    };
    spoil();
    EXPECT_EQ(visitor.post("/verify/", Json::object({{"otp", code}})).status, 404)
        << "the sign-up is missing, and begins again";
    for (int round = 0; round < 5; ++round) {
        spoil();
        EXPECT_TRUE(load->wait_for_orders(2));
    }
    EXPECT_GT(server->metric("kitchen_cache_damaged_total"), 0);
    ASSERT_EQ(visitor.post("/signup/", me).status, 200);
    expect_recovery();
    expect_no_failures();
}

TEST_F(RedisTest, AnotherMasterIsFound) {
    testkit::RedisSentinels deployment(2, 3);
    std::string nodes;
    for (const std::uint16_t port : deployment.ports())
        nodes += (nodes.empty() ? "" : ", ") + ("'127.0.0.1:" + std::to_string(port) + "'");
    open_on_redis("sentinel: {nodes: [" + nodes + "], master: kitchen}");
    const std::uint16_t first = deployment.master_port();
    ASSERT_NE(first, 0);
    deployment.server(first).kill();
    std::uint16_t second = 0;
    ASSERT_TRUE(testkit::wait_until(
        [&] { return (second = deployment.master_port()) != 0 && second != first; }));
    EXPECT_TRUE(server->process().wait_for("address=127.0.0.1:" + std::to_string(second)))
        << server->output();
    EXPECT_TRUE(server->wait_for_health("ok"));
    EXPECT_EQ(sign_up().status, 200);
    expect_recovery();
    expect_no_failures();
}

TEST_F(RedisTest, AMasterOfAClusterIsLost) {
    testkit::RedisCluster cluster(std::chrono::seconds(1));
    open_on_redis("cluster: [" + cluster.nodes() + "]");
    std::vector<std::uint16_t> masters;
    ASSERT_TRUE(testkit::wait_until([&] { return (masters = cluster.masters()).size() == 3; }));
    const std::uint16_t lost = masters.front();
    cluster.server(lost).kill();
    // The line stays; that health says so may last a second.
    ASSERT_TRUE(server->process().wait_for("Redis is away")) << server->output();
    ASSERT_TRUE(testkit::wait_until([&] {
        masters = cluster.masters();
        return masters.size() == 3 && std::count(masters.begin(), masters.end(), lost) == 0;
    }));
    ASSERT_TRUE(server->wait_for_health("ok")) << server->output();
    EXPECT_EQ(sign_up().status, 200);
    expect_recovery();
    expect_no_failures();
}

}  // namespace
}  // namespace kitchen::tests
