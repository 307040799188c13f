// One of several servers: the executable, on a port that it keeps, with the database and the Redis of all.
//
// Thread-safety: one thread; port() from any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kitchen/testkit/child_process.h"
#include "kitchen_server.h"

namespace kitchen::tests {

class Replica {
public:
    /// Nothing is started. `shared`: the entries of `plugins:` for the store and the cache.
    explicit Replica(const Backends& shared);

    /// Comes back when it serves; throws std::runtime_error with what it said when it does not.
    void start() {
        begin_start();
        wait_until_it_serves();
    }
    void begin_start();
    void wait_until_it_serves();
    /// kill -9; waits until it is gone.
    void kill();
    /// SIGTERM; the exit code.
    int terminate();

    std::uint16_t port() const { return port_; }
    std::filesystem::path mail_directory() const { return directory_.path() / "mail"; }
    std::string output() const { return process_ ? process_->output() : std::string(); }

private:
    TemporaryDirectory directory_;
    const std::uint16_t port_;
    std::unique_ptr<testkit::ChildProcess> process_;
};

}  // namespace kitchen::tests
