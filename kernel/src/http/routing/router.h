// Finds the route of a request: a tree of path segments, a literal before {name:id} before {name}
// before {name*}, going back when a branch leads nowhere. Cost is linear in the path; the depth of
// the search is that of the longest pattern, whatever the path.
//
// Thread-safety: immutable once built; match() from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/http/route.h"
#include "pattern.h"
#include "request_path.h"

namespace kitchen::http {

struct Match {
    enum class Outcome : std::uint8_t {
        found,    ///< `route` takes it; HEAD finds the route of GET
        options,  ///< OPTIONS of a path that exists; `route` is one of those there; or of "*", and
                  ///< `route` is null
        not_found,
        method_not_allowed,  ///< the path exists; see `allow`
        unknown_method,      ///< not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS
        bad_path,            ///< see RequestPath::is_valid()
    };
    Outcome outcome = Outcome::not_found;
    const Route* route = nullptr;
    std::string_view allow;  ///< value of the Allow field, for `options` and `method_not_allowed`;
                             ///< lives as long as the router
    std::string path;        ///< of `found` and `options`: decoded, without the trailing slash
    Fields path_parameters;  ///< of `found`
};

class Router {
public:
    /// The routes must outlive the router and not move. Appends a sentence to `problems` for every
    /// pattern that is not well formed and for every route that takes the same method and shape as
    /// an earlier one; those are left out.
    Router(const std::vector<Route>& routes, std::vector<std::string>& problems);

    Match match(std::string_view method, std::string_view target) const;

private:
    using NodeIndex = std::uint32_t;
    static constexpr std::size_t method_count = 5;  // GET POST PUT PATCH DELETE
    static constexpr std::int32_t no_route = -1;
    struct Node {
        std::vector<std::pair<std::string, NodeIndex>> literals;  ///< sorted
        NodeIndex id = 0;  ///< 0: none; the root is no child of any
        NodeIndex text = 0;
        NodeIndex rest = 0;
        std::array<std::int32_t, method_count> routes{no_route, no_route, no_route, no_route,
                                                      no_route};
    };
    struct Search;

    void add(std::int32_t index, std::vector<std::string>& problems);
    NodeIndex child(NodeIndex parent, const PatternSegment& segment);
    bool descend(Search& search, NodeIndex node, std::size_t depth) const;
    static bool end_at(Search& search, const Node& node);
    std::string_view allow(std::uint32_t methods) const noexcept { return allow_[methods]; }

    const std::vector<Route>& routes_;
    std::vector<std::vector<PatternSegment>> patterns_;  ///< by the route's index
    std::vector<Node> nodes_;
    std::array<std::string, 1u << method_count> allow_;  ///< by the set of methods
};

}  // namespace kitchen::http
