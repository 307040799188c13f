#include "plugin/resolver.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <set>

namespace kitchen::plugin {

namespace {

std::string join(const std::vector<std::string>& parts, const char* separator) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : separator) + part;
    return out;
}

using Kind = InterfaceUse::Kind;

class Resolver {
public:
    Resolver(const std::vector<ResolverNode>& nodes, const std::vector<ResolverBind>& binds,
             const std::vector<std::string>& absent, const std::vector<std::string>& installed)
        : nodes_(nodes),
          binds_(binds),
          gone_(absent.begin(), absent.end()),
          installed_(installed.begin(), installed.end()),
          alive_(nodes.size(), true) {
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            index_[nodes[i].id] = i;
            if (gone_.contains(nodes[i].id)) alive_[i] = false;
        }
    }

    Resolution run() {
        // Leaving one plugin out can change what the others get, so each round begins anew. It
        // ends: every round but the last leaves one out.
        std::vector<Resolution::Skipped> skipped;
        do {
            result_ = Resolution{};
            skip_.reset();
            refused_binds_.clear();
            absent_choices_.clear();
            bind();
            if (!skip_) check_needs();
            if (!skip_) check_cycles();
            if (skip_) {
                alive_[skip_->first] = false;
                gone_.insert(nodes_[skip_->first].id);
                skipped.push_back({nodes_[skip_->first].id, skip_->second});
            }
        } while (skip_);
        result_.skipped = std::move(skipped);
        if (result_.problems.empty()) sort();
        return std::move(result_);
    }

private:
    void problem(std::string message, config::Mark mark) {
        result_.problems.push_back({std::move(message), mark});
    }

    /// Leaves an optional plugin out, or reports a problem for a required one.
    void fail(std::size_t node, const std::string& reason) {
        if (nodes_[node].required)
            problem("plugin '" + nodes_[node].id + "' " + reason, nodes_[node].mark);
        else if (!skip_)
            skip_.emplace(node, reason);
    }

    /// "claims/1" is what the plugin 'claims' provides, in all likelihood.
    std::string hint(const std::string& interface_name) const {
        const std::string id = interface_name.substr(0, interface_name.find('/'));
        return installed_.contains(id) ? "; list the plugin '" + id + "', which is installed" : "";
    }

    std::vector<std::string> providers(const std::string& interface_name) const {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (alive_[i] &&
                std::count(nodes_[i].provides.begin(), nodes_[i].provides.end(), interface_name))
                ids.push_back(nodes_[i].id);
        return ids;
    }

    void bind() {
        for (const ResolverBind& chosen : binds_) {
            const auto candidates = providers(chosen.interface_name);
            if (gone_.contains(chosen.plugin)) {
                result_.warnings.push_back("bind: " + chosen.interface_name + " names '" +
                                           chosen.plugin + "', which was left out");
                absent_choices_[chosen.interface_name] = chosen.plugin;
            } else if (std::count(candidates.begin(), candidates.end(), chosen.plugin)) {
                result_.bindings[chosen.interface_name] = chosen.plugin;
            } else {
                problem("bind." + chosen.interface_name + ": plugin '" + chosen.plugin +
                            "' does not provide it" +
                            (candidates.empty() ? "; no listed plugin does"
                                                : "; those that do: " + join(candidates, ", ")),
                        chosen.mark);
                refused_binds_.insert(chosen.interface_name);
            }
        }
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            for (const std::string& name : nodes_[i].provides)
                if (alive_[i] && !result_.bindings.contains(name) &&
                    !absent_choices_.contains(name) && providers(name).size() == 1)
                    result_.bindings[name] = nodes_[i].id;
    }

    void check_needs() {
        std::set<std::string> ambiguous;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (!alive_[i]) continue;
            for (const ResolverNeed& need : nodes_[i].needs) {
                if (need.kind == Kind::uses_all) continue;
                const bool is_optional = need.kind == Kind::may_use;
                if (result_.bindings.contains(need.interface_name) ||
                    refused_binds_.contains(need.interface_name))
                    continue;
                const auto candidates = providers(need.interface_name);
                if (const auto absent = absent_choices_.find(need.interface_name);
                    absent != absent_choices_.end()) {
                    // A choice is never replaced by another provider.
                    if (!is_optional)
                        fail(i, "needs " + need.interface_name + " from '" + absent->second +
                                    "', which bind: chooses and which was left out");
                } else if (!candidates.empty()) {
                    if (ambiguous.insert(need.interface_name).second)
                        problem("plugin '" + nodes_[i].id + "' needs " + need.interface_name +
                                    ", which several plugins provide: " + join(candidates, ", ") +
                                    "; choose one under bind:, such as '" + need.interface_name +
                                    ": " + candidates.front() + "'",
                                nodes_[i].mark);
                } else if (!is_optional) {
                    fail(i, "needs " + need.interface_name + ", which no listed plugin provides" +
                                hint(need.interface_name));
                }
            }
        }
    }

    /// The plugins that this one must start after, in the order of its needs.
    std::vector<std::size_t> dependencies(std::size_t node) const {
        std::vector<std::size_t> out;
        for (const ResolverNeed& need : nodes_[node].needs)
            if (need.kind == Kind::uses_all)
                for (const std::string& provider : providers(need.interface_name))
                    out.push_back(index_.at(provider));
            else if (const auto bound = result_.bindings.find(need.interface_name);
                     bound != result_.bindings.end())
                out.push_back(index_.at(bound->second));
        return out;
    }

    /// A shortest way from a plugin back to itself, or empty.
    std::vector<std::size_t> cycle_through(std::size_t start) const {
        std::map<std::size_t, std::size_t> came_from;
        std::deque<std::size_t> queue{start};
        while (!queue.empty()) {
            const std::size_t at = queue.front();
            queue.pop_front();
            for (const std::size_t next : dependencies(at)) {
                if (next == start) {
                    std::vector<std::size_t> way{start};
                    for (std::size_t back = at; back != start; back = came_from.at(back))
                        way.push_back(back);
                    way.push_back(start);
                    std::reverse(way.begin(), way.end());
                    return way;
                }
                if (came_from.emplace(next, at).second) queue.push_back(next);
            }
        }
        return {};
    }

    void check_cycles() {
        std::set<std::size_t> covered;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (!alive_[i] || covered.contains(i)) continue;
            const auto cycle = cycle_through(i);
            if (cycle.empty()) continue;
            covered.insert(cycle.begin(), cycle.end());
            std::vector<std::string> names;
            names.reserve(cycle.size());
            for (const std::size_t node : cycle) names.push_back(nodes_[node].id);
            const std::string text = join(names, " → ");
            const auto optional = std::find_if(cycle.begin(), cycle.end(),
                                               [&](std::size_t n) { return !nodes_[n].required; });
            if (optional != cycle.end()) return fail(*optional, "is part of a cycle: " + text);
            problem("these plugins need each other in a cycle: " + text, nodes_[i].mark);
        }
    }

    void sort() {
        std::vector<bool> placed(nodes_.size(), false);
        const std::function<void(std::size_t)> place = [&](std::size_t node) {
            if (placed[node]) return;
            placed[node] = true;
            for (const std::size_t dependency : dependencies(node)) place(dependency);
            result_.order.push_back(nodes_[node].id);
        };
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (alive_[i]) place(i);
    }

    const std::vector<ResolverNode>& nodes_;
    const std::vector<ResolverBind>& binds_;
    std::set<std::string> gone_, installed_;
    std::vector<bool> alive_;
    std::map<std::string, std::size_t> index_;
    std::set<std::string> refused_binds_;
    std::map<std::string, std::string> absent_choices_;  ///< interface → plugin that bind: names
    std::optional<std::pair<std::size_t, std::string>> skip_;
    Resolution result_;
};

}  // namespace

Resolution resolve(const std::vector<ResolverNode>& nodes, const std::vector<ResolverBind>& binds,
                   const std::vector<std::string>& absent,
                   const std::vector<std::string>& installed) {
    return Resolver(nodes, binds, absent, installed).run();
}

}  // namespace kitchen::plugin
