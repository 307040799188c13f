// A whole restaurant for a test, in one line: all features on a store in memory, an administrator,
// customers who have signed up by mail, a menu. What a test does not name needs no other service.
//
//     Restaurant restaurant;
//     HttpClient ada = restaurant.customer();
//     const std::int64_t dish = restaurant.food("Jollof", 250'000);
//     EXPECT_EQ(ada.post("/cart/", Json::object({{"food_id", dish}})).status, 201);
//
// The same RestaurantConfig makes kernels inside the test (Restaurant; needs kitchen::test_kernel)
// and the executable (RestaurantProcess), one or several that share a store.
//
// Thread-safety: construction, start, stop and restart on one thread; the rest from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/http_client.h"
#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/temporary_directory.h"
#include "kitchen/testkit/test_kernel.h"

namespace kitchen::testkit {

/// An entry stands in `plugins:`, "{id: store-memory}"; keys are what goes between the braces of a
/// mapping: "queue: 2, timeouts: {head: 300ms}".
struct RestaurantConfig {
    std::string server = {};  ///< keys
    std::string store = "{id: store-memory}";
    std::string cache = "{id: cache-memory}";
    std::string mailer = "{id: mail-log, config: {directory: '${DATA}/mail'}}";
    std::string auth_key = {};  ///< that all replicas share, and cookies for TLS only; empty: a key
                                ///< file in ${DATA}/keys, and plain HTTP
    std::string auth = {};      ///< further keys
    std::optional<std::string> outbox = {};       ///< its keys; without: no outbox
    std::optional<std::string> order_mails = {};  ///< its keys; without: none; needs an outbox
    bool menu = true;                             ///< catalog, cart, orders and what they need
    std::string catalog = {};                     ///< keys
    std::string orders = {};                      ///< keys
    std::vector<std::string> plugins = {};        ///< further entries

    std::filesystem::path data = {};   ///< what ${DATA} says; empty: a temporary directory
    std::shared_ptr<void> owner = {};  ///< lives as long: the database that `store` names
    /// The code mailed to an address; empty: from mail-log's directory.
    std::function<std::string(const std::string& email)> code_mailed_to = {};

    std::size_t replicas = 1;               ///< Restaurant: kernels on this configuration
    TestKernelOptions kernel = {};          ///< Restaurant; DATA is added to its environment
    std::uint16_t port = 0;                 ///< RestaurantProcess; 0: a free one at each start
    std::vector<std::string> wrapper = {};  ///< RestaurantProcess: {"prlimit", "--nofile=64"}

    /// ${DATA} and ${PORT} are left to the environment.
    std::string yaml() const;
};

// Other stores and caches than memory, without impatience: what a test proves should not depend on
// how busy the machine is.
RestaurantConfig on_sqlite();
RestaurantConfig on_postgres(const PostgresDatabase& database);
/// An empty database of its own on PostgresServer::shared().
RestaurantConfig on_postgres();
/// RedisServer::shared(), emptied, as the cache.
RestaurantConfig on_redis(RestaurantConfig config = {});
/// RedisCluster::shared(), emptied, as the cache.
RestaurantConfig on_redis_cluster(RestaurantConfig config = {});

/// The response, when it has that status. Throws std::runtime_error with `what` and the response.
HttpResponse expect_status(HttpResponse response, int status, const std::string& what);

/// What a test does with a running restaurant, whatever runs it; by HTTP alone.
class AnyRestaurant {
public:
    static constexpr const char* admin_email = "chef@kitchen.example";
    static constexpr const char* password = "Sw0rdfish-and-rice";  ///< of all

    explicit AnyRestaurant(RestaurantConfig config);
    virtual ~AnyRestaurant() = default;

    virtual std::uint16_t port() const = 0;
    /// Not signed in.
    virtual HttpClient client() const { return HttpClient(port()); }
    /// The bootstrap administrator, by Basic.
    HttpClient admin() const;

    struct Customer {
        HttpClient client;  ///< signed in by `token`
        std::int64_t id;
        std::string email, token;
    };
    /// Signs up customer1@mail.example, customer2@…, with the code from the mail.
    Customer sign_up();
    Customer sign_up(const std::string& email, const std::string& phone_number);
    HttpClient customer() { return sign_up().client; }
    /// The tokens of so many new customers.
    std::vector<std::string> tokens(int count);
    /// Signs up a customer and gives it the role "kitchen".
    HttpClient kitchen_staff();
    /// Creates a food and gives its id. `quantity` null: not counted.
    std::int64_t food(const std::string& name, std::int64_t price, Json quantity = nullptr) const;
    std::int64_t stock_of(std::int64_t food_id) const;

    /// In mail-log's directory, oldest first.
    std::vector<std::string> mails_to(const std::string& email) const;
    /// The code in the `nth` mail to that address, which goes out after the response: waits for it.
    /// 0: in the newest, which may be there already. Throws std::runtime_error.
    std::string code_mailed_to(const std::string& email, std::size_t nth = 0) const;

    /// The status of all in /health/, "" when nothing listens.
    std::string health() const;
    bool wait_for_health(const std::string& status) const;
    double metric(const std::string& series) const;
    /// What GET /admin/data/ finds to be broken in the tables of all plugins: "[]" for nothing.
    std::string broken_data() const;

    const RestaurantConfig& config() const { return config_; }
    const std::filesystem::path& data() const { return data_; }

private:
    const TemporaryDirectory directory_;
    const RestaurantConfig config_;
    const std::filesystem::path data_;
    std::atomic<int> count_{0};
};

class Restaurant : public AnyRestaurant {
public:
    /// Started, as TestKernel is.
    explicit Restaurant(RestaurantConfig config = {});

    /// Of the first kernel.
    std::uint16_t port() const override { return kernels_.front()->port(); }
    TestKernel& kernel() { return *kernels_.front(); }
    const std::vector<std::unique_ptr<TestKernel>>& kernels() const { return kernels_; }
    template <class T>
    T& service() {
        return kernel().service<T>();
    }
    /// Stops all and starts again on the same data.
    virtual void restart();

private:
    void start();
    std::vector<std::unique_ptr<TestKernel>> kernels_;
};

class RestaurantProcess final : public AnyRestaurant {
public:
    /// Nothing is started.
    explicit RestaurantProcess(RestaurantConfig config);

    /// Returns when it serves; throws std::runtime_error with its output when it does not.
    void start();
    /// Returns at once: see wait_until_it_serves(), process().
    void begin_start();
    void wait_until_it_serves();
    /// kill -9; waits until it is gone.
    void kill();
    /// SIGTERM; the exit code.
    int terminate();
    ChildProcess& process() { return *process_; }

    /// 0 until it has served.
    std::uint16_t port() const override { return port_; }
    /// Since it was started last.
    std::string output() const { return process_ ? process_->output() : std::string(); }
    std::filesystem::path config_file() const { return data() / "kitchen.yaml"; }

private:
    std::unique_ptr<ChildProcess> process_;
    std::atomic<std::uint16_t> port_{0};
};

}  // namespace kitchen::testkit
