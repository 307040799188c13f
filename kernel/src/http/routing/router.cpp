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
        out += segment.kind == PatternSegment::Kind::literal ? "/" + segment.text
               : segment.kind == PatternSegment::Kind::rest  ? "/{*}"
                                                             : "/{}";
    return out;
}

void capture(const std::vector<PatternSegment>& pattern, const RequestPath& path, Fields& out) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i].kind == PatternSegment::Kind::literal) continue;
        auto& [name, value] = out.emplace_back(pattern[i].text, path[i]);
        if (pattern[i].kind != PatternSegment::Kind::rest) continue;
        for (std::size_t next = i + 1; next < path.size(); ++next)
            value.append("/").append(path[next]);
    }
}

/// What a {name*} takes: an encoded slash is one of its own, and no way out of the folder in which
/// a file may be looked for.
bool is_rest(const RequestPath& path, std::size_t first) {
    for (std::size_t i = first; i < path.size(); ++i) {
        std::string_view segment = path[i];
        for (bool more = true; more;) {
            const std::size_t slash = segment.find('/');
            const std::string_view part = segment.substr(0, slash);
            if (part.empty() || part == "." || part == "..") return false;
            more = slash != std::string_view::npos;
            if (more) segment.remove_prefix(slash + 1);
        }
    }
    return true;
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
    if (segment.kind == PatternSegment::Kind::literal) {
        auto& literals = nodes_[parent].literals;
        const auto place = std::lower_bound(
            literals.begin(), literals.end(), segment.text,
            [](const auto& entry, const std::string& text) { return entry.first < text; });
        if (place != literals.end() && place->first == segment.text) return place->second;
        literals.emplace(place, segment.text, next);
    } else {
        Node& node = nodes_[parent];
        NodeIndex& slot = segment.kind == PatternSegment::Kind::id     ? node.id
                          : segment.kind == PatternSegment::Kind::text ? node.text
                                                                       : node.rest;
        if (slot != 0) return slot;
        slot = next;
    }
    nodes_.emplace_back();
    return next;
}

// True when the search is over: the path ends at this node.
bool Router::end_at(Search& search, const Node& node) {
    for (std::size_t m = 0; m < method_count; ++m) {
        if (node.routes[m] == no_route) continue;
        search.methods |= 1u << m;
        const bool wanted = search.method < 0 || static_cast<std::size_t>(search.method) == m;
        if (wanted && search.found == no_route) search.found = node.routes[m];
    }
    return search.method >= 0 && search.found != no_route;
}

// True when the search is over. The recursion is as deep as the tree, which is as deep as the
// longest pattern.
bool Router::descend(Search& search, NodeIndex index, std::size_t depth) const {
    const Node& node = nodes_[index];
    if (depth == search.path.size()) return end_at(search, node);
    const std::string_view segment = search.path[depth];
    const auto literal = std::lower_bound(
        node.literals.begin(), node.literals.end(), segment,
        [](const auto& entry, std::string_view text) { return entry.first < text; });
    if (literal != node.literals.end() && literal->first == segment &&
        descend(search, literal->second, depth + 1))
        return true;
    if (node.id != 0 && is_id(segment) && descend(search, node.id, depth + 1)) return true;
    if (node.text != 0 && segment.find('/') == std::string_view::npos &&
        descend(search, node.text, depth + 1))
        return true;
    return node.rest != 0 && is_rest(search.path, depth) && end_at(search, nodes_[node.rest]);
}

Match Router::match(std::string_view method, std::string_view target) const {
    Match match;
    const bool is_options = method == "OPTIONS";
    if (target == "*" && is_options) {
        match.outcome = Match::Outcome::options;
        match.allow = allow((1u << method_count) - 1);
        return match;
    }
    const RequestPath path(target);
    Search search{path, is_options ? -1 : method_index(method)};
    if (!is_options && search.method < 0) {
        match.outcome = Match::Outcome::unknown_method;
        return match;
    }
    if (!path.is_valid()) {
        match.outcome = Match::Outcome::bad_path;
        return match;
    }
    if (path.has_empty_segment()) return match;
    descend(search, 0, 0);
    match.allow = allow(search.methods);
    if (search.found == no_route) {
        if (search.methods != 0) match.outcome = Match::Outcome::method_not_allowed;
        return match;
    }
    match.outcome = is_options ? Match::Outcome::options : Match::Outcome::found;
    const auto found = static_cast<std::size_t>(search.found);
    match.route = &routes_[found];
    match.path = path.decoded();
    capture(patterns_[found], path, match.path_parameters);
    return match;
}

}  // namespace kitchen::http
