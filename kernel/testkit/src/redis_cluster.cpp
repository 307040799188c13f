#include "kitchen/testkit/redis_cluster.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace kitchen::testkit {

RedisCluster::RedisCluster(std::chrono::milliseconds patience, int masters)
    : patience_(std::to_string(patience.count())) {
    for (int i = 0; i < 2 * masters; ++i) add_server();
    std::vector<std::string> words = {"create"};
    for (const auto& server : servers_)
        words.push_back("127.0.0.1:" + std::to_string(server->port()));
    words.insert(words.end(), {"--cluster-replicas", "1", "--cluster-yes"});
    manage(words);
    // Each node learns from the others who follows whom; before that no replica can take over.
    const bool ready = wait_until([&] {
        return this->masters().size() == static_cast<std::size_t>(masters) &&
               std::all_of(servers_.begin(), servers_.end(), [&](const auto& server) {
                   const std::string info = server->call({"INFO", "replication"}),
                                     nodes = server->call({"CLUSTER", "NODES"});
                   int replicas = 0;
                   for (auto at = nodes.find("slave"); at != std::string::npos;
                        at = nodes.find("slave", at + 1))
                       ++replicas;
                   return replicas == masters &&
                          (info.find("connected_slaves:1") != std::string::npos ||
                           info.find("master_link_status:up") != std::string::npos);
               });
    });
    if (!ready)
        throw std::runtime_error("the Redis Cluster did not form:\n" + servers_.front()->output());
}

RedisCluster::~RedisCluster() = default;

RedisCluster& RedisCluster::shared() {
    static RedisCluster cluster;
    cluster.call_masters({"FLUSHALL"});
    return cluster;
}

RedisServer& RedisCluster::add_server() {
    servers_.push_back(std::make_unique<RedisServer>(RedisServer::Options{
        {"--cluster-enabled", "yes", "--cluster-node-timeout", patience_, "--cluster-port",
         std::to_string(lasting_port()), "--cluster-replica-validity-factor", "0",
         "--cluster-allow-replica-migration", "no"},
        {},
        false}));
    return *servers_.back();
}

std::string RedisCluster::nodes() const {
    std::string out;
    for (const auto& server : servers_)
        out += (out.empty() ? "" : ", ") + ("127.0.0.1:" + std::to_string(server->port()));
    return out;
}

// From CLUSTER NODES: "ID HOST:PORT@BUS FLAGS … SLOTS", where slots are "5461-10922" or "3".
std::vector<RedisCluster::Range> RedisCluster::ranges() const {
    std::vector<Range> agreed;
    for (const auto& server : servers_) {
        if (!server->running()) continue;
        if (server->call({"CLUSTER", "INFO"}).find("cluster_state:ok") == std::string::npos)
            return {};
        std::istringstream text(server->call({"CLUSTER", "NODES"}));
        std::vector<Range> seen;
        for (std::string line; std::getline(text, line);) {
            std::istringstream words(line);
            std::string id, address, flags, skipped;
            words >> id >> address >> flags;
            for (int i = 0; i < 5; ++i) words >> skipped;
            if (flags.find("master") == std::string::npos) continue;
            const auto port =
                static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
            for (std::string slots; words >> slots && slots[0] != '[';) {
                const auto dash = slots.find('-');
                seen.push_back(
                    {std::stoi(slots),
                     std::stoi(dash == std::string::npos ? slots : slots.substr(dash + 1)), port});
            }
        }
        std::sort(seen.begin(), seen.end(),
                  [](const Range& a, const Range& b) { return a.first < b.first; });
        if (!agreed.empty() && agreed != seen) return {};
        agreed = std::move(seen);
    }
    return agreed;
}

std::vector<std::uint16_t> RedisCluster::masters() const {
    std::vector<std::uint16_t> out;
    for (const Range& range : ranges())
        if (std::find(out.begin(), out.end(), range.master) == out.end())
            out.push_back(range.master);
    return out;
}

std::uint16_t RedisCluster::master_of(const std::string& key) const {
    const auto any = std::find_if(servers_.begin(), servers_.end(),
                                  [](const auto& server) { return server->running(); });
    const int slot = std::stoi((*any)->call({"CLUSTER", "KEYSLOT", key}));
    std::uint16_t found = 0;
    const bool agreed = wait_until([&] {
        for (const Range& range : ranges())
            if (range.first <= slot && slot <= range.last) found = range.master;
        return found != 0;
    });
    if (!agreed)
        throw std::runtime_error("the nodes do not agree who has slot " + std::to_string(slot));
    return found;
}

void RedisCluster::call_masters(const std::vector<std::string>& command) const {
    for (const std::uint16_t port : masters())
        if (const std::string response = redis_call(port, command); response.starts_with('-'))
            throw std::runtime_error(response);
}

RedisServer& RedisCluster::server(std::uint16_t port) {
    for (const auto& server : servers_)
        if (server->port() == port) return *server;
    throw std::runtime_error("no Redis server with port " + std::to_string(port));
}

std::uint16_t RedisCluster::add_master() {
    const std::string old = "127.0.0.1:" + std::to_string(servers_.front()->port());
    const std::uint16_t port = add_server().port();
    manage({"add-node", "127.0.0.1:" + std::to_string(port), old});
    // Known to all by its id, which a node in its handshake does not have yet; and itself certain
    // of the cluster, for until then it takes no key (CLUSTERDOWN), whatever the others think.
    const std::string id = redis_call(port, {"CLUSTER", "MYID"});
    const bool joined = wait_until([&] {
        return !ranges().empty() &&
               std::all_of(servers_.begin(), servers_.end(), [&](const auto& server) {
                   return server->call({"CLUSTER", "NODES"}).find(id) != std::string::npos;
               });
    });
    if (!joined) throw std::runtime_error("the new node did not join the Redis Cluster");
    return port;
}

void RedisCluster::manage(const std::vector<std::string>& words) const {
    std::vector<std::string> command = {"redis-cli", "--cluster"};
    command.insert(command.end(), words.begin(), words.end());
    ChildProcess process(command);
    if (process.wait() != 0)
        throw std::runtime_error("redis-cli --cluster failed:\n" + process.output());
}

}  // namespace kitchen::testkit
