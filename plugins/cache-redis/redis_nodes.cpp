#include "redis_nodes.h"

#include <algorithm>

namespace kitchen::redis {

void Nodes::use(Found found) {
    std::vector<Ptr> nodes;
    for (std::size_t i = 0; i < found.masters.size(); ++i)
        nodes.push_back(std::make_shared<Node>(found.map.masters()[i], settings_,
                                               found.masters[i].address,
                                               std::move(found.masters[i].connection)));
    std::lock_guard lock(mutex_);
    map_ = std::move(found.map);
    nodes_.swap(nodes);
}

void Nodes::change(SlotMap map) {
    std::vector<Ptr> nodes = all(), next;
    for (const Endpoint& endpoint : map.masters()) {
        const auto known = std::find_if(nodes.begin(), nodes.end(),
                                        [&](const Ptr& n) { return n->endpoint == endpoint; });
        if (known != nodes.end()) {
            next.push_back(*known);
            continue;
        }
        const auto addresses = resolve(endpoint);
        if (!addresses) return;  // what is known goes on being used
        next.push_back(std::make_shared<Node>(endpoint, settings_, addresses->front()));
    }
    std::lock_guard lock(mutex_);
    if (nodes_.empty()) return;  // closed meanwhile
    map_ = std::move(map);
    nodes_.swap(next);
}

void Nodes::close() {
    std::vector<Ptr> gone;
    {
        std::lock_guard lock(mutex_);
        gone.swap(nodes_);
        map_ = {};
    }
    for (const Ptr& node : gone) node->pool.close();
}

Nodes::Ptr Nodes::serving(std::string_view key) const {
    std::lock_guard lock(mutex_);
    if (nodes_.size() < 2) return nodes_.empty() ? nullptr : nodes_.front();
    return nodes_[map_.master_of(slot_of(key))];
}

Nodes::Ptr Nodes::follow(const Redirection& redirection) {
    std::unique_lock lock(mutex_);
    const auto& known = map_.masters();
    if (std::find(known.begin(), known.end(), redirection.to) == known.end()) {
        lock.unlock();
        const auto addresses = resolve(redirection.to);
        if (!addresses) return nullptr;
        auto node = std::make_shared<Node>(redirection.to, settings_, addresses->front());
        lock.lock();
        if (nodes_.empty()) return nullptr;  // closed meanwhile
        if (map_.index_of(redirection.to) == nodes_.size()) nodes_.push_back(std::move(node));
    }
    const std::size_t index = map_.index_of(redirection.to);
    if (!redirection.ask) map_.move(redirection.slot, index);
    return nodes_[index];
}

std::vector<Nodes::Ptr> Nodes::all() const {
    std::lock_guard lock(mutex_);
    return nodes_;
}

std::optional<Address> Nodes::address(const std::optional<Address>& used) const {
    const std::vector<Ptr> nodes = all();
    if (nodes.empty()) return std::nullopt;
    for (const Ptr& node : nodes)
        if (node->pool.address() == used) return used;
    return nodes.front()->pool.address();
}

std::string Nodes::text() const {
    std::string out;
    for (const Ptr& node : all()) out += (out.empty() ? "" : ", ") + node->pool.address().text;
    return out;
}

}  // namespace kitchen::redis
