// A RedisCache on a real server, as replicas have it.
#pragma once

#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/redis_cluster.h"
#include "kitchen/testkit/redis_server.h"
#include "redis_cache.h"

namespace kitchen::redis {

/// The clock of the machine: Redis has no other one.
class RealClock : public Clock {
public:
    Timestamp now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::now();
    }
};

constexpr const char* test_key = "0123456789abcdef0123456789abcdef";

/// Timeouts are wide: a busy machine must not look like a broken server. Tests of faults narrow
/// them.
inline CacheSettings settings_for(const std::string& url) {
    CacheSettings settings;
    auto parsed = parse_url(url).value();
    settings.client.server.endpoint = parsed.endpoint;
    settings.client.server.login = parsed.login;
    settings.client.server.connect_timeout = std::chrono::seconds(10);
    settings.client.server.command_timeout = std::chrono::seconds(10);
    settings.client.breaker = {3, std::chrono::milliseconds(20), std::chrono::milliseconds(200)};
    settings.integrity_key = test_key;
    return settings;
}

inline CacheSettings settings_for(const testkit::RedisCluster& cluster) {
    CacheSettings settings = settings_for("redis://127.0.0.1");
    settings.client.server.endpoint = {};
    std::istringstream nodes(cluster.nodes());
    for (std::string node; nodes >> node;)
        settings.client.server.cluster.push_back(
            parse_endpoint(node.substr(0, node.find(',')), 6379).value());
    return settings;
}

/// Of all replicas, but for those that say otherwise.
constexpr const char* test_installation = "0123";

/// One replica.
struct Replica {
    explicit Replica(CacheSettings settings, const std::string& installation = test_installation)
        : cache(std::move(settings), clock, log) {
        cache.start(random, installation);
    }
    explicit Replica(const testkit::RedisServer& server) : Replica(settings_for(server.url())) {}
    explicit Replica(const testkit::RedisCluster& cluster) : Replica(settings_for(cluster)) {}

    RealClock clock;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    RedisCache cache;
};

/// Where the cache keeps `key`.
inline std::string place(const std::string& key) { return "kitchen:0123:{" + key + "}"; }

}  // namespace kitchen::redis
