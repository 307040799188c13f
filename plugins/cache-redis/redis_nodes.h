// The servers in use, each with its pool, and the way from a key to one of them. A single server is
// a Cluster of one.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discovery.h"
#include "redis_connection_pool.h"
#include "slot_map.h"

namespace kitchen::redis {

struct Node {
    Node(Endpoint where, const ConnectionPool::Settings& settings, const Address& address,
         std::unique_ptr<Connection> first = nullptr)
        : endpoint(std::move(where)), pool(settings, address, std::move(first)) {}

    const Endpoint endpoint;
    ConnectionPool pool;
    std::atomic<int> failures{0};  ///< in a row
};

class Nodes {
public:
    using Ptr = std::shared_ptr<Node>;

    explicit Nodes(ConnectionPool::Settings settings) : settings_(std::move(settings)) {}

    void use(Found found);
    /// The same Cluster as it is now: what is still in it keeps its connections. Looks up names.
    void change(SlotMap map);
    /// None: who waits for a connection is refused at once.
    void close();

    /// Nothing when there is none.
    Ptr serving(std::string_view key) const;
    /// Where a node has sent the caller; after MOVED later callers go there at once. A node not
    /// heard of before is taken in, which looks its name up, if it has one. Nothing when it is not
    /// known.
    Ptr follow(const Redirection& redirection);
    std::vector<Ptr> all() const;
    /// `used` if one of them is there, else one of them; nothing when there are none.
    std::optional<Address> address(const std::optional<Address>& used) const;
    /// The addresses, for logs.
    std::string text() const;

private:
    const ConnectionPool::Settings settings_;
    mutable std::mutex mutex_;
    SlotMap map_;
    std::vector<Ptr> nodes_;  // as map_.masters()
};

}  // namespace kitchen::redis
