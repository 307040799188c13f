// A kernel with the whole restaurant in it, or three of them behind nginx, and the people who use
// it: what the API tests stand on.
//
// Thread-safety: make it on one thread; customer() and admin() from any.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/testkit/http_client.h"
#include "kitchen/testkit/restaurant_people.h"
#include "kitchen/testkit/temporary_directory.h"
#include "kitchen/testkit/test_kernel.h"
#include "nginx_front.h"

namespace kitchen::tests {

using testkit::HttpAnswer;
using testkit::HttpClient;
using testkit::TemporaryDirectory;

/// What the kitchen runs on: entries of `plugins:`, as YAML. ${DATA} is a directory of the server's
/// own.
struct Backends {
    std::string name;  ///< of the test instance
    std::string store;
    std::string cache = "  - id: cache-memory\n";
    std::shared_ptr<void> owner = {};  ///< keeps a database alive for as long as the server uses it
    bool behind_nginx = false;  ///< three kernels share this, and every request goes through nginx,
                                ///< to whichever it chooses
};
/// Without any other service.
Backends in_memory();
Backends on_sqlite();
/// In a fresh database of the test's PostgreSQL server.
Backends on_postgres();
/// With a redis-server of its own for the cache.
Backends on_redis();
/// As config/production.yaml has it.
Backends on_postgres_and_redis();
/// The same, three times, behind nginx as deploy/nginx has it.
Backends on_replicas();

struct KitchenServerOptions {
    std::string server =
        {};  ///< further keys of `server:`, in flow style: "queue: 2, timeouts: {head: 300ms}"
    std::string plugins = {};  ///< further entries of `plugins:`, whole lines
};

class KitchenServer {
public:
    explicit KitchenServer(Backends backends, KitchenServerOptions options = {});

    HttpClient anonymous() const { return nginx_ ? nginx_->client() : kernels_.front()->client(); }
    // See RestaurantPeople.
    HttpClient admin() const { return people_.admin(); }
    HttpClient customer() { return people_.customer(); }
    HttpClient kitchen_staff() { return people_.kitchen_staff(); }
    std::int64_t food(const std::string& name, std::int64_t price, Json quantity = nullptr) {
        return people_.food(name, price, std::move(quantity));
    }
    std::int64_t stock_of(std::int64_t food_id) const { return people_.stock_of(food_id); }
    /// The code in the newest mail to that address; waits for the mail (it goes out after the
    /// answer).
    std::string code_mailed_to(const std::string& email) const;

    /// The first one.
    testkit::TestKernel& kernel() { return *kernels_.front(); }
    const std::vector<std::unique_ptr<testkit::TestKernel>>& kernels() const { return kernels_; }
    bool is_behind_nginx() const { return backends_.behind_nginx; }
    /// Stops and starts again on the same data.
    void restart();

    static constexpr const char* password = testkit::restaurant_password;

private:
    void start();
    void start_kernel(std::size_t index);
    std::filesystem::path mail_directory(std::size_t index) const;

    TemporaryDirectory directory_;
    Backends backends_;
    KitchenServerOptions options_;
    std::vector<std::unique_ptr<testkit::TestKernel>> kernels_;
    std::unique_ptr<NginxFront> nginx_;
    testkit::RestaurantPeople people_;
};

/// Every test of the contract runs on every backend. The parameter makes a fresh, empty one.
struct BackendsFactory {
    std::string name;
    std::function<Backends()> make;
};
class Api : public testing::TestWithParam<BackendsFactory> {
protected:
    Api() : server(GetParam().make()) {}
    KitchenServer server;
};

}  // namespace kitchen::tests
