// Three servers behind nginx, with one PostgreSQL and one Redis.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/restaurant.h"
#include "nginx_front.h"

namespace kitchen::tests {

/// Three processes on one configuration, seen through nginx.
class Replicated final : public testkit::AnyRestaurant {
public:
    /// All start at once: which one migrates, and which makes the administrator, is a race.
    explicit Replicated(const testkit::RestaurantConfig& shared) : AnyRestaurant(shared) {
        testkit::RestaurantConfig own = shared;
        own.data = data();
        std::vector<std::uint16_t> ports;
        for (std::size_t i = 0; i < NginxFront::replicas; ++i) {
            ports.push_back(own.port = testkit::lasting_port());
            processes.push_back(std::make_unique<testkit::RestaurantProcess>(own));
        }
        for (const auto& process : processes) process->begin_start();
        for (const auto& process : processes) process->wait_until_it_serves();
        nginx_.emplace(ports, true);
    }
    std::uint16_t port() const override { return nginx_->port(); }
    testkit::HttpClient client() const override { return nginx_->client(); }

    std::vector<std::unique_ptr<testkit::RestaurantProcess>> processes;

private:
    std::optional<NginxFront> nginx_;
};

/// As in config/production.yaml; `notice` is shorter, and still longer than nginx keeps idle
/// connections.
inline testkit::RestaurantConfig production(const testkit::PostgresDatabase& database) {
    testkit::RestaurantConfig config = testkit::on_redis(testkit::on_postgres(database));
    config.server =
        "trusted_proxies: [127.0.0.1], limits: {connections_per_address: 0}, timeouts: {notice: "
        "4s, start: 1h}";
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    config.outbox = "";
    config.order_mails = "";
    return config;
}

}  // namespace kitchen::tests
