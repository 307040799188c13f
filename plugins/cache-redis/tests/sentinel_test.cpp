// A master that is lost: the Sentinels choose another, and the cache finds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

using namespace std::chrono_literals;
using testkit::wait_until;

CacheSettings watched_by(const std::vector<std::uint16_t>& sentinels, const std::string& name) {
    CacheSettings settings = settings_for("redis://127.0.0.1");
    settings.client.server.endpoint = {};
    for (const std::uint16_t port : sentinels)
        settings.client.server.sentinels.push_back({"127.0.0.1", port, ""});
    settings.client.server.master_name = name;
    return settings;
}

TEST(RedisSentinel, FindsTheNewMaster) {
    testkit::RedisSentinels deployment(2, 3);
    auto ports = deployment.ports();
    ports.insert(ports.begin(), testkit::free_port());  // one without a listener is passed over
    Replica replica(watched_by(ports, "kitchen"));
    const std::uint16_t first = deployment.master_port();
    ASSERT_NE(first, 0);
    ASSERT_TRUE(replica.cache.set("test:a", "before", 1min)) << replica.cache.client().reason();
    EXPECT_EQ(replica.cache.client().address()->text, "127.0.0.1:" + std::to_string(first));

    deployment.server(first).kill();
    ASSERT_TRUE(wait_until([&] { return replica.cache.set("test:a", "after", 1min).has_value(); }))
        << replica.cache.client().reason();
    // The cache follows the first Sentinel that knows; the others hear of it a moment later.
    std::uint16_t second = 0;
    ASSERT_TRUE(
        wait_until([&] { return (second = deployment.master_port()) != 0 && second != first; }));
    EXPECT_EQ(replica.cache.client().address()->text, "127.0.0.1:" + std::to_string(second));
    EXPECT_EQ(replica.cache.get("test:a").value(), "after");
    EXPECT_TRUE(replica.cache.rate_tick("test:rate", 1, 1min).value().allowed);

    // The old one comes back as a master until a Sentinel tells it otherwise; it is not asked.
    deployment.server(first).restart();
    EXPECT_EQ(replica.cache.get("test:a").value(), "after");
}

TEST(RedisSentinel, AnUnknownNameIsSaid) {
    testkit::RedisSentinels deployment(0, 1);
    Replica replica(watched_by(deployment.ports(), "canteen"));
    EXPECT_FALSE(replica.cache.ping());
    EXPECT_THAT(replica.cache.client().reason(),
                testing::HasSubstr("knows no master named canteen"));
}

}  // namespace
}  // namespace kitchen::redis
