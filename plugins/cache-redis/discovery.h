// Finds the server that may be written to: the one of the URL, or the master that the Sentinels
// name (https://redis.io/docs/reference/sentinel-clients/: ask, connect, check the role).
//
// Thread-safety: one thread. Blocks for as long as its timeouts, for each server asked, and the
// resolver take.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "redis_connection.h"
#include "redis_url.h"

namespace kitchen::redis {

/// What to reach, and how long to wait for it.
struct ServerSettings {
    Endpoint endpoint;  ///< used when there are no Sentinels
    Login login;
    std::vector<Endpoint> sentinels;
    std::string master_name;
    Login sentinel_login;
    std::chrono::milliseconds connect_timeout{500};  ///< also for signing in
    std::chrono::milliseconds command_timeout{250};
};

struct Found {
    Address address;
    std::unique_ptr<Connection> connection;  ///< for commands
};

class Discovery {
public:
    explicit Discovery(ServerSettings settings) : settings_(std::move(settings)) {}
    /// Errors: failures; the reason of the last server tried.
    Result<Found> find();

private:
    Result<Found> connect_to(const Endpoint& endpoint) const;
    Result<Endpoint> ask(const Endpoint& sentinel) const;
    const ServerSettings settings_;
    std::size_t first_ = 0;  // the Sentinel that answered last
};

}  // namespace kitchen::redis
