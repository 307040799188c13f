#include "kitchen_server.h"

#include <filesystem>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/redis_server.h"

namespace kitchen::tests {
namespace fs = std::filesystem;

Backends in_memory() { return {"Memory", "  - id: store-memory\n"}; }
Backends on_sqlite() {
    return {"Sqlite", "  - id: store-sqlite\n    config: {path: '${DATA}/kitchen.db'}\n"};
}

Backends on_postgres() {
    auto database = std::make_shared<testkit::PostgresDatabase>();
    // With more patience than a customer has: what the tests prove does not depend on how busy the
    // machine is.
    return {"Postgres",
            "  - id: store-postgres\n"
            "    config: {url: '" +
                database->url() +
                "', pool_size: 10, pool_timeout: 2m, statement_timeout: 1m, lock_timeout: 1m, "
                "retry_attempts: 100, retry_time: 1m}\n",
            "  - id: cache-memory\n", database};
}

Backends on_redis() {
    auto redis = std::make_shared<testkit::RedisServer>();
    // Wide timeouts: here a busy machine must not look like a broken server.
    return {"Redis", "  - id: store-memory\n",
            "  - id: cache-redis\n    config: {url: '" + redis->url() +
                "', connect_timeout: 30s, command_timeout: 30s}\n",
            redis};
}

Backends on_postgres_and_redis() {
    Backends store = on_postgres(), cache = on_redis();
    auto owner = std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(
        store.owner, cache.owner);
    return {"PostgresAndRedis", store.store, cache.cache, owner};
}

Backends on_replicas() {
    Backends shared = on_postgres_and_redis();
    shared.name = "ThreeBehindNginx";
    shared.behind_nginx = true;
    return shared;
}

KitchenServer::KitchenServer(Backends backends, KitchenServerOptions options)
    : backends_(std::move(backends)),
      options_(std::move(options)),
      people_([this] { return anonymous(); },
              [this](const std::string& email) { return code_mailed_to(email); }) {
    start();
}

fs::path KitchenServer::mail_directory(std::size_t index) const {
    return directory_.path() / ("mail-" + std::to_string(index));
}

void KitchenServer::start() {
    const std::size_t count = is_behind_nginx() ? NginxFront::replicas : 1;
    for (std::size_t i = 0; i < count; ++i) start_kernel(i);
    if (!is_behind_nginx()) return;
    std::vector<std::uint16_t> ports;
    for (const auto& kernel : kernels_) ports.push_back(kernel->port());
    nginx_ = std::make_unique<NginxFront>(ports);
}

void KitchenServer::start_kernel(std::size_t index) {
    fs::create_directories(mail_directory(index));
    testkit::TestKernelOptions options;
    options.environment = {{"DATA", directory_.path().string()},
                           {"MAIL", mail_directory(index).string()}};
    testkit::RestaurantConfig config{.server = options_.server,
                                     .store = backends_.store,
                                     .cache = backends_.cache,
                                     .mail_directory = "${MAIL}",
                                     .plugins = options_.plugins};
    if (is_behind_nginx()) {
        config.server = "trusted_proxies: [127.0.0.1], limits: {connections_per_address: 0}" +
                        (config.server.empty() ? "" : ", " + config.server);
        config.auth_key = "one-key-of-all-replicas-of-this-test";
        // The tests read at one replica what they have just written at another.
        config.catalog = "cache: {revalidate: 0s}";
    }
    kernels_.push_back(std::make_unique<testkit::TestKernel>(config.yaml(), options));
}

void KitchenServer::restart() {
    nginx_.reset();
    kernels_.clear();
    start();
}

std::string KitchenServer::code_mailed_to(const std::string& email) const {
    std::vector<fs::path> mails;
    for (std::size_t i = 0; i < kernels_.size(); ++i) mails.push_back(mail_directory(i));
    return testkit::code_in_mail_to(email, mails);
}

}  // namespace kitchen::tests
