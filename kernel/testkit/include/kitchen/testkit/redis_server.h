// Real Redis servers for tests, on free ports of 127.0.0.1, that can be killed, frozen, restarted
// and spoken to.
//
//     RedisServer redis;
//     … url: redis.url() …
//     redis.freeze();
//
// Nothing is kept on disk: what was stored is gone after restart(). Needs the Debian packages
// redis-server and redis-sentinel; without them construction throws with their names.
//
// Thread-safety: one object, one thread; call() opens a connection of its own each time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::testkit {

/// Sends one command to a Redis server of 127.0.0.1 and gives the response as text: a string as it
/// is, a number in digits, nothing as "", a list one element a line, an error as "-ERR …". Throws
/// std::runtime_error when there is no whole response within 10 s.
std::string redis_call(std::uint16_t port, const std::vector<std::string>& command,
                       const std::string& password = {});

class RedisServer {
public:
    struct Options {
        std::vector<std::string> arguments{};  ///< further ones: {"--maxmemory", "1mb"}
        std::string password{};                ///< of the default user
        bool unix_socket = false;              ///< listens on socket_path() too
    };

    RedisServer() : RedisServer(Options{}) {}
    /// Takes connections when it returns. Throws std::runtime_error with the server's output.
    explicit RedisServer(Options options);
    ~RedisServer();

    /// One for the whole test process, emptied at each call, for tests that do not break it. It
    /// must be asked for on the main thread first: see PostgresServer.
    static RedisServer& shared();

    std::uint16_t port() const noexcept { return port_; }
    /// With the password in it.
    std::string url() const;
    std::string socket_path() const;
    std::string call(const std::vector<std::string>& command) const {
        return redis_call(port_, command, options_.password);
    }
    bool running() const { return process_ != nullptr; }
    std::string output() const { return process_ ? process_->output() : std::string(); }

    /// kill -9; waits until it is gone.
    void kill();
    /// SIGSTOP: connections are taken by the system, and nothing is answered.
    void freeze();
    /// SIGCONT.
    void thaw();
    /// Again on the same port, empty; kills it first if need be.
    void restart();

private:
    void start();
    const Options options_;
    TemporaryDirectory directory_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

/// A master with replicas, and Sentinels that watch it under the name "kitchen": half a second
/// without a response makes a failover.
class RedisSentinels {
public:
    RedisSentinels(int replicas, int sentinels);
    ~RedisSentinels();

    std::vector<std::uint16_t> ports() const;
    /// What the Sentinels call the master now; 0 while they do not agree.
    std::uint16_t master_port() const;
    /// The server with that port.
    RedisServer& server(std::uint16_t port);

private:
    std::vector<std::unique_ptr<RedisServer>> servers_;
    struct Sentinel {
        std::uint16_t port = 0;
        std::unique_ptr<TemporaryDirectory> directory;
        std::unique_ptr<ChildProcess> process;
    };
    std::vector<Sentinel> sentinels_;
};

}  // namespace kitchen::testkit
