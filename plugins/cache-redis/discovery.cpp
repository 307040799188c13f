#include "discovery.h"

#include "failure.h"

namespace kitchen::redis {

using Steady = std::chrono::steady_clock;

namespace {

// A key below `prefix` whose slot that master has.
std::string probe_key(const std::string& prefix, const SlotMap& map, std::size_t master) {
    for (std::uint64_t i = 0;; ++i) {
        std::string key = prefix + ":{probe" + std::to_string(i) + '}';
        if (map.master_of(slot_of(key)) == master) return key;
    }
}

}  // namespace

Result<std::unique_ptr<Connection>> Discovery::connect(const Endpoint& endpoint, const Login& login,
                                                       Connection::Use use,
                                                       Address* address) const {
    auto addresses = resolve(endpoint);
    if (!addresses) return std::move(addresses).error();
    Error last = failed(failure::unreachable, "no address");
    for (Address& one : *addresses) {
        auto connection =
            Connection::open(one, login, use, Steady::now() + settings_.connect_timeout);
        if (connection) {
            if (address) *address = std::move(one);
            return connection;
        }
        last = std::move(connection).error();
    }
    return last;
}

Result<SlotMap> Discovery::ask_sentinel(const Endpoint& sentinel) const {
    auto connection =
        connect(sentinel, settings_.sentinel_login, Connection::Use::discovery, nullptr);
    if (!connection) return std::move(connection).error();
    const std::string name = "Sentinel " + to_string(sentinel);
    const auto response = (*connection)
                              ->call({"SENTINEL", "get-master-addr-by-name", settings_.master_name},
                                     Steady::now() + settings_.connect_timeout);
    if (!response) return response.error();
    if (response->is_error()) return failed(failure::refused, name + ": " + response->text);
    if (response->elements.size() != 2)
        return failed(failure::refused, name + " knows no master named " + settings_.master_name);
    const std::string& host = response->elements[0].text;
    auto master = parse_endpoint((host.find(':') == std::string::npos ? host : "[" + host + "]") +
                                     ":" + response->elements[1].text,
                                 6379);
    if (!master) return std::move(master).error();
    return SlotMap(std::move(*master));
}

Result<SlotMap> Discovery::ask_node(const Endpoint& node) const {
    auto connection = connect(node, settings_.login, Connection::Use::discovery, nullptr);
    if (!connection) return std::move(connection).error();
    const auto response =
        (*connection)->call({"CLUSTER", "SLOTS"}, Steady::now() + settings_.connect_timeout);
    if (!response) return response.error();
    if (response->is_error())
        return failed(failure::refused, to_string(node) + ": " + response->text);
    return SlotMap::parse(*response, node);
}

Result<SlotMap> Discovery::ask(const Endpoint& endpoint) const {
    if (!settings_.cluster.empty()) return ask_node(endpoint);
    if (!settings_.sentinels.empty()) return ask_sentinel(endpoint);
    return SlotMap(endpoint);
}

Result<std::vector<Reached>> Discovery::reach(const SlotMap& map, const std::string& prefix) const {
    std::vector<Reached> out;
    for (std::size_t i = 0; i < map.masters().size(); ++i) {
        Reached reached;
        auto connection =
            connect(map.masters()[i], settings_.login, settings_.use(), &reached.address);
        if (!connection) return std::move(connection).error();
        reached.connection = std::move(*connection);
        const auto written =
            reached.connection->call({"SET", probe_key(prefix, map, i), "1", "PX", "1000"},
                                     Steady::now() + settings_.command_timeout);
        if (!written) return written.error();
        // A slot that is on its way to another node is at this one still.
        if (written->is_error() && !written->text.starts_with("ASK "))
            return failed(failure::refused, reached.address.text + ": " + written->text);
        out.push_back(std::move(reached));
    }
    return out;
}

// Those who can be asked in turn, from the one that knew last, until `use` is content with what one
// says: the others may be behind.
Status Discovery::ask_each(const Use& use) {
    std::vector<Endpoint> all = settings_.cluster.empty() ? settings_.sentinels : settings_.cluster;
    if (all.empty()) all.push_back(settings_.endpoint);
    all.insert(all.end(), known_.begin(), known_.end());
    Status last = failed(failure::unreachable, "no server to ask");
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t which = (first_ + i) % all.size();
        auto map = ask(all[which]);
        last = map ? use(std::move(*map)) : Status(std::move(map).error());
        if (!last) continue;
        first_ = which;
        break;
    }
    return last;
}

Result<Found> Discovery::find(const std::string& prefix) {
    Found found;
    if (Status done = ask_each([&](SlotMap map) -> Status {
            auto masters = reach(map, prefix);
            if (!masters) return std::move(masters).error();
            found = {std::move(map), std::move(*masters)};
            return {};
        });
        !done)
        return std::move(done).error();
    if (!settings_.cluster.empty()) known_ = found.map.masters();
    return found;
}

Result<SlotMap> Discovery::slots() {
    SlotMap out;
    if (Status done = ask_each([&](SlotMap map) -> Status {
            out = std::move(map);
            return {};
        });
        !done)
        return std::move(done).error();
    return out;
}

}  // namespace kitchen::redis
