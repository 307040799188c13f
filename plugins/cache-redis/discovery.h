// Finds the servers that may be written to: the one of the URL, the master that the Sentinels name
// (https://redis.io/docs/reference/sentinel-clients/: ask, connect, check the role), or the masters
// of a Cluster that one of its nodes names.
//
// Thread-safety: one thread. Blocks for as long as its timeouts, for each server asked, and the
// resolver take.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "redis_connection.h"
#include "redis_url.h"
#include "slot_map.h"

namespace kitchen::redis {

/// What to reach, and how long to wait for it.
struct ServerSettings {
    Endpoint endpoint;  ///< used when there are neither Sentinels nor a Cluster
    Login login;
    std::vector<Endpoint> sentinels;
    std::string master_name;
    Login sentinel_login;
    std::vector<Endpoint> cluster;                   ///< nodes of a Cluster, any of them
    std::chrono::milliseconds connect_timeout{500};  ///< also for signing in
    std::chrono::milliseconds command_timeout{250};

    Connection::Use use() const noexcept {
        return cluster.empty() ? Connection::Use::commands : Connection::Use::node;
    }
};

struct Reached {
    Address address;
    std::unique_ptr<Connection> connection;  ///< for commands
};

struct Found {
    SlotMap map;
    std::vector<Reached> masters;  ///< as map.masters()
};

class Discovery {
public:
    explicit Discovery(ServerSettings settings) : settings_(std::move(settings)) {}
    /// To each master a key below `prefix` is written, with a TTL of a second, to see whether
    /// writing is possible. Errors: failures; the reason of the last server tried.
    Result<Found> find(const std::string& prefix);
    /// Where the slots of a Cluster are now, as far as the node knows that answers first.
    Result<SlotMap> slots();

private:
    using Use = std::function<Status(SlotMap map)>;
    Status ask_each(const Use& use);
    Result<std::unique_ptr<Connection>> connect(const Endpoint& endpoint, const Login& login,
                                                Connection::Use use, Address* address) const;
    Result<SlotMap> ask(const Endpoint& endpoint) const;
    Result<SlotMap> ask_sentinel(const Endpoint& sentinel) const;
    Result<SlotMap> ask_node(const Endpoint& node) const;
    Result<std::vector<Reached>> reach(const SlotMap& map, const std::string& prefix) const;
    const ServerSettings settings_;
    std::vector<Endpoint> known_;  // masters of the Cluster when it was found last
    std::size_t first_ = 0;        // of those that can be asked, the one that knew last
};

}  // namespace kitchen::redis
