// Which routes a class holds: "POST /login/", "GET,POST /orders/*", "* /admin/*".
//
// An entry is one method, several joined by commas, or "*"; then a path pattern as the routes are
// registered, in which "{}" stands for any parameter whatever its name, and a last "*" for whatever
// follows, nothing included. HEAD goes with GET.
//
// Thread-safety: immutable once built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/route.h"

namespace kitchen::rate_limit {

class RouteClass {
public:
    RouteClass() = default;
    /// Throws std::invalid_argument, with a sentence that names the entry, for one that cannot be
    /// read.
    explicit RouteClass(const std::vector<std::string>& entries);

    bool holds(const http::Route& route) const;
    /// A sentence for each entry that holds none of these.
    std::vector<std::string> misses(const std::vector<http::Route>& routes) const;

private:
    struct Entry {
        std::string text;                  ///< as it was written
        std::vector<std::string> methods;  ///< empty: all
        std::vector<std::string> segments;
        bool and_below = false;  ///< ends in "*"
    };
    static Entry parse(const std::string& text);
    static bool matches(const Entry& entry, const http::Route& route);

    std::vector<Entry> entries_;
};

}  // namespace kitchen::rate_limit
