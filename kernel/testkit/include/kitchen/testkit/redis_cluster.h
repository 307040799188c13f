// A Redis Cluster for tests: masters with one replica each, as `redis-cli --cluster create` makes
// it, of RedisServers that can be killed and restarted. Needs the Debian package redis-server,
// version 7 or newer.
//
//     RedisCluster cluster;
//     … cluster: [cluster.nodes()] …
//     cluster.server(cluster.master_of("kitchen:{a}")).kill();
//
// Thread-safety: one object, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/testkit/redis_server.h"

namespace kitchen::testkit {

class RedisCluster {
public:
    /// A master that is not heard of for `patience` has failed: its replica takes over.
    explicit RedisCluster(std::chrono::milliseconds patience = std::chrono::seconds(10),
                          int masters = 3);
    ~RedisCluster();

    /// One for the whole test process, emptied at each call: see RedisServer::shared().
    static RedisCluster& shared();

    /// Of all nodes: "127.0.0.1:7000, 127.0.0.1:7001".
    std::string nodes() const;
    /// Those that have slots, in the order of the slots; empty while the nodes that run do not
    /// agree, or a slot is without a master.
    std::vector<std::uint16_t> masters() const;
    /// The one that has the slot of that key. Throws std::runtime_error when they never agree.
    std::uint16_t master_of(const std::string& key) const;
    /// To each master. Throws std::runtime_error when a response is an error.
    void call_masters(const std::vector<std::string>& command) const;
    RedisServer& server(std::uint16_t port);
    /// One more master, without a slot; its port.
    std::uint16_t add_master();
    /// `redis-cli --cluster …` with these words. Throws std::runtime_error with its output when it
    /// fails.
    void manage(const std::vector<std::string>& words) const;

private:
    struct Range {
        int first, last;
        std::uint16_t master;
        bool operator==(const Range&) const = default;
    };
    std::vector<Range> ranges() const;
    RedisServer& add_server();
    const std::string patience_;
    std::vector<std::unique_ptr<RedisServer>> servers_;
};

}  // namespace kitchen::testkit
