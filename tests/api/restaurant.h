// The executable with the whole restaurant in it, which can be killed and started again on the same
// data.
//
// Thread-safety: one thread; port() from any.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/testkit/child_process.h"
#include "kitchen_server.h"

namespace kitchen::tests {

struct RestaurantOptions {
    std::uint16_t port = 0;     ///< one that it keeps; 0: a free one at each start
    std::string auth_key = {};  ///< that all replicas share, and cookies for TLS only; empty: a key
                                ///< file of its own, and plain HTTP
    std::string server = {};    ///< further keys of `server:`, in flow style
    std::string mailer = {};    ///< an entry of `plugins:`, whole lines; empty: mail-log
    std::string outbox = {};    ///< its `config:`, in flow style
    std::string plugins = {};   ///< further entries of `plugins:`, whole lines
    std::vector<std::string> wrapper = {};  ///< what it is started with: {"prlimit", "--nofile=64"}
    std::filesystem::path data =
        {};  ///< empty: a temporary directory. What ${DATA} says in Backends
    std::function<std::string(const std::string& email)> code_mailed_to =
        {};  ///< empty: from mail-log's directory
};

class Restaurant {
public:
    /// Nothing is started.
    explicit Restaurant(Backends backends, RestaurantOptions options = {});
    ~Restaurant();

    /// Comes back when it serves; throws std::runtime_error with what it said when it does not.
    void start();
    /// Comes back at once: see wait_until_it_serves(), process().
    void begin_start();
    void wait_until_it_serves();
    /// kill -9; waits until it is gone.
    void kill();
    /// SIGTERM; the exit code.
    int terminate();
    testkit::ChildProcess& process() { return *process_; }

    /// 0 until it has served.
    std::uint16_t port() const { return port_; }
    HttpClient anonymous() const { return HttpClient(port_); }
    /// The bootstrap administrator, by Basic.
    HttpClient admin() const { return people_.admin(); }
    /// New customers; the tokens by which they are signed in.
    std::vector<std::string> customers(int count);
    std::int64_t food(const std::string& name, std::int64_t quantity) {
        return people_.food(name, 250'000, quantity);
    }
    /// What /health/ says in all, "" when nobody answers.
    std::string health() const;
    bool wait_for_health(const std::string& status) const;
    double metric(const std::string& series) const;
    /// What the process has said since it was started last.
    std::string output() const { return process_ ? process_->output() : std::string(); }
    std::filesystem::path mail_directory() const { return data_ / "mail"; }
    const std::filesystem::path& data() const { return data_; }
    std::filesystem::path config_file() const { return data_ / "kitchen.yaml"; }

private:
    TemporaryDirectory directory_;
    const RestaurantOptions options_;
    const std::filesystem::path data_;
    const Backends backends_;
    std::unique_ptr<testkit::ChildProcess> process_;
    std::atomic<std::uint16_t> port_{0};
    testkit::RestaurantPeople people_;
};

}  // namespace kitchen::tests
