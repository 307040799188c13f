#include "kitchen/testkit/conformance.h"

#include "redis_fixture.h"

namespace kitchen::testkit {

namespace {

// Makes all that is stored older, instead of waiting: shortens each TTL, and moves the instants
// that rates hold.
constexpr const char* age = R"lua(
local by = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key) - by
  if left <= 0 then
    redis.call('DEL', key)
  else
    if redis.call('TYPE', key).ok == 'string' then
      local kept = redis.call('GET', key)
      if string.sub(kept, 1, 2) == '1r' then
        redis.call('SET', key, string.sub(kept, 1, 18) .. string.format('%.0f', string.sub(kept, 19) - by * 1000))
      end
    end
    redis.call('PEXPIRE', key, left)
  end
end
)lua";

CacheFactory redis_factory(std::string name, bool unix_socket) {
    // One server for all tests of a process; make() empties it.
    auto server = std::make_shared<std::unique_ptr<RedisServer>>();
    const auto make = [server, unix_socket] {
        if (!*server)
            *server = std::make_unique<RedisServer>(RedisServer::Options{{}, {}, unix_socket});
        (*server)->call({"FLUSHALL"});
        auto replica = std::make_shared<redis::Replica>(redis::settings_for(
            unix_socket ? "unix://" + (*server)->socket_path() : (*server)->url()));
        return std::shared_ptr<Cache>(replica, &replica->cache);
    };
    const auto advance = [server](std::chrono::milliseconds by) {
        if (const std::string response =
                (*server)->call({"EVAL", age, "0", std::to_string(by.count())});
            !response.empty())
            throw std::runtime_error(response);
    };
    return {std::move(name), make, advance};
}

CacheFactory cluster_factory() {
    auto cluster = std::make_shared<RedisCluster*>();
    const auto make = [cluster] {
        *cluster = &RedisCluster::shared();
        auto replica = std::make_shared<redis::Replica>(**cluster);
        return std::shared_ptr<Cache>(replica, &replica->cache);
    };
    const auto advance = [cluster](std::chrono::milliseconds by) {
        (*cluster)->call_masters({"EVAL", age, "0", std::to_string(by.count())});
    };
    return {"cluster", make, advance};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Redis, CacheConformance,
                         testing::Values(redis_factory("tcp", false), cluster_factory()));

}  // namespace kitchen::testkit
