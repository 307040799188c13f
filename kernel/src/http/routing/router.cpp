#include "router.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace kitchen::http {
namespace {

constexpr std::array<std::string_view, 5> method_names{"GET", "POST", "PUT", "PATCH", "DELETE"};

/// Its place in method_names; -1 for another.
int method_index(std::string_view method) noexcept {
    if (method == "HEAD") return 0;
    for (std::size_t i = 0; i < method_names.size(); ++i)
        if (method_names[i] == method) return static_cast<int>(i);
    return -1;
}

std::string allow_value(std::uint32_t methods) {
    std::string out;
    for (std::size_t i = 0; i < method_names.size(); ++i) {
        if ((methods & (1u << i)) == 0) continue;
        out += method_names[i];
        out += i == 0 ? ", HEAD, " : ", ";
    }
    return out + "OPTIONS";
}

std::string described(const Route& route) {
    return route.method + " " + route.pattern +
           (route.plugin.empty() ? "" : " (plugin " + route.plugin + ")");
}

/// The same for two patterns that differ only in the names and types of their parameters.
std::string shape(const std::vector<PatternSegment>& pattern) {
    std::string out;
    for (const PatternSegment& segment : pattern)
        out += segment.kind == PatternSegment::Kind::literal ? "/" + segment.text : "/{}";
    return out;
}

}  // namespace

/// One search: which method, and what has been seen on the way.
struct Router::Search {
    const RequestPath& path;
    int method;  ///< -1: any, for OPTIONS
    std::int32_t found = no_route;
    std::uint32_t methods = 0;  ///< of every place where the path ended
};

Router::Router(const std::vector<Route>& routes, std::vector<std::string>& problems)
    : routes_(routes), nodes_(1) {
    for (std::uint32_t methods = 0; methods < allow_.size(); ++methods)
        allow_[methods] = allow_value(methods);
    patterns_.resize(routes.size());
    std::map<std::string, std::size_t> seen;  // method and shape
    for (std::size_t i = 0; i < routes.size(); ++i) {
        try {
            patterns_[i] = parse_pattern(routes[i].pattern);
        } catch (const std::invalid_argument& fault) {
            problems.push_back(described(routes[i]) +
                               ": the pattern is not well formed: " + fault.what());
            continue;
        }
        const auto [first, is_new] = seen.emplace(routes[i].method + shape(patterns_[i]), i);
        if (!is_new) {
            problems.push_back(described(routes[i]) + " takes the same requests as " +
                               described(routes[first->second]));
            continue;
        }
        add(static_cast<std::int32_t>(i), problems);
    }
}

void Router::add(std::int32_t index, std::vector<std::string>& problems) {
    const auto at = static_cast<std::size_t>(index);
    const int method = method_index(routes_[at].method);
    if (method < 0) {
        problems.push_back(described(routes_[at]) + ": unknown method");
        return;
    }
    NodeIndex node = 0;
    for (const PatternSegment& segment : patterns_[at]) node = child(node, segment);
    nodes_[node].routes[static_cast<std::size_t>(method)] = index;
}

Router::NodeIndex Router::child(NodeIndex parent, const PatternSegment& segment) {
    const auto next = static_cast<NodeIndex>(nodes_.size());
    NodeIndex found = next;
    if (segment.kind == PatternSegment::Kind::literal) {
        auto& literals = nodes_[parent].literals;
        const auto place = std::lower_bound(
            literals.begin(), literals.end(), segment.text,
            [](const auto& entry, const std::string& text) { return entry.first < text; });
        if (place != literals.end() && place->first == segment.text) return place->second;
        literals.emplace(place, segment.text, next);
    } else {
        NodeIndex& slot =
            segment.kind == PatternSegment::Kind::id ? nodes_[parent].id : nodes_[parent].text;
        if (slot != 0) return slot;
        slot = next;
    }
    nodes_.emplace_back();
    return found;
}

// True when the search is over. The recursion is as deep as the tree, which is as deep as the
// longest pattern.
bool Router::descend(Search& search, NodeIndex index, std::size_t depth) const {
    const Node& node = nodes_[index];
    if (depth == search.path.size()) {
        for (std::size_t m = 0; m < method_count; ++m) {
            if (node.routes[m] == no_route) continue;
            search.methods |= 1u << m;
            const bool wanted = search.method < 0 || static_cast<std::size_t>(search.method) == m;
            if (wanted && search.found == no_route) search.found = node.routes[m];
        }
        return search.method >= 0 && search.found != no_route;
    }
    const std::string_view segment = search.path[depth];
    const auto literal = std::lower_bound(
        node.literals.begin(), node.literals.end(), segment,
        [](const auto& entry, std::string_view text) { return entry.first < text; });
    if (literal != node.literals.end() && literal->first == segment &&
        descend(search, literal->second, depth + 1))
        return true;
    if (node.id != 0 && is_id(segment) && descend(search, node.id, depth + 1)) return true;
    return node.text != 0 && descend(search, node.text, depth + 1);
}

Match Router::look_up(std::string_view method, const RequestPath& path) const {
    Match match;
    const bool is_options = method == "OPTIONS";
    Search search{path, is_options ? -1 : method_index(method)};
    if (!is_options && search.method < 0) {
        match.outcome = Match::Outcome::unknown_method;
    } else if (!path.is_valid()) {
        match.outcome = Match::Outcome::bad_path;
    } else if (!path.is_unmatchable()) {
        descend(search, 0, 0);
        if (search.found != no_route) {
            match.outcome = is_options ? Match::Outcome::options : Match::Outcome::found;
            match.index = static_cast<std::size_t>(search.found);
            match.route = &routes_[match.index];
        } else if (search.methods != 0) {
            match.outcome = Match::Outcome::method_not_allowed;
        }
        match.allow = allow(search.methods);
    }
    return match;
}

Match Router::find(std::string_view method, std::string_view target) const {
    if (target == "*" && method == "OPTIONS") {
        Match match;
        match.outcome = Match::Outcome::options;
        match.allow = allow((1u << method_count) - 1);
        return match;
    }
    return look_up(method, RequestPath(target));
}

Match Router::match(std::string_view method, std::string_view target) const {
    if (target == "*") return find(method, target);
    const RequestPath path(target);
    Match match = look_up(method, path);
    if (!match.route) return match;
    match.path = path.decoded();
    const auto& pattern = patterns_[match.index];
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i].kind != PatternSegment::Kind::literal)
            match.path_parameters.emplace_back(pattern[i].text, path[i]);
    return match;
}

}  // namespace kitchen::http
