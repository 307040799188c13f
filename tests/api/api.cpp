#include "api.h"

#include "kitchen/testkit/traffic.h"

namespace kitchen::tests {

using namespace testkit;

RestaurantBehindNginx::RestaurantBehindNginx(RestaurantConfig config)
    : Restaurant(std::move(config)) {
    open_front();
}

RestaurantBehindNginx::~RestaurantBehindNginx() { testkit::record_document(client()); }

void RestaurantBehindNginx::restart() {
    testkit::record_document(client());
    nginx_.reset();
    Restaurant::restart();
    open_front();
}

void RestaurantBehindNginx::open_front() {
    std::vector<std::uint16_t> ports;
    for (const auto& kernel : kernels()) ports.push_back(kernel->port());
    nginx_.emplace(ports, true);
}

namespace {

std::unique_ptr<Restaurant> three_behind_nginx() {
    RestaurantConfig config = on_redis(on_postgres());
    config.replicas = NginxFront::replicas;
    config.server = "trusted_proxies: [127.0.0.1], limits: {connections_per_address: 0}";
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    // The tests read at one replica what they have just written at another.
    config.catalog = "cache: {revalidate: 0s}";
    return std::make_unique<RestaurantBehindNginx>(std::move(config));
}

ApiBackend backend(const char* name, RestaurantConfig (*config)()) {
    return {name, [config] { return std::make_unique<Restaurant>(config()); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    Backends, Api,
    testing::Values(backend("Memory", [] { return RestaurantConfig(); }),
                    backend("Sqlite", on_sqlite), backend("Postgres", on_postgres),
                    backend("Redis", [] { return on_redis(); }),
                    backend("RedisCluster", [] { return on_redis_cluster(); }),
                    backend("PostgresAndRedis", [] { return on_redis(on_postgres()); }),
                    ApiBackend{"ThreeBehindNginx", three_behind_nginx}),
    [](const auto& info) { return info.param.name; });

}  // namespace kitchen::tests
