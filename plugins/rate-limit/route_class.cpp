#include "route_class.h"

#include <algorithm>
#include <stdexcept>

#include "kitchen/text.h"

namespace kitchen::rate_limit {
namespace {

constexpr std::string_view methods_known[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
    throw std::invalid_argument(
        "'" + text + "' is no route: " + why +
        "; write it as 'POST /login/', 'GET,POST /orders/*' or '* /admin/*'");
}

/// The next segment of a path, and what is left. Slashes at either end do not count.
std::string_view next_segment(std::string_view& path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

}  // namespace

RouteClass::RouteClass(const std::vector<std::string>& entries) {
    for (const std::string& text : entries) entries_.push_back(parse(text));
}

RouteClass::Entry RouteClass::parse(const std::string& text) {
    const std::size_t space = text.find(' ');
    if (space == std::string::npos) refuse(text, "a method and a path are needed");
    std::string_view methods = std::string_view(text).substr(0, space);
    std::string_view path = std::string_view(text).substr(space + 1);
    Entry entry;
    entry.text = text;
    for (bool more = methods != "*"; more;) {
        const std::size_t comma = methods.find(',');
        more = comma != std::string_view::npos;
        const std::string_view method = methods.substr(0, comma);
        if (std::find(std::begin(methods_known), std::end(methods_known), method) ==
            std::end(methods_known))
            refuse(text,
                   "'" + std::string(method) + "' is not one of GET, POST, PUT, PATCH, DELETE");
        entry.methods.emplace_back(method);
        methods.remove_prefix(more ? comma + 1 : 0);
    }
    if (!path.starts_with('/') && path != "*") refuse(text, "the path does not begin with '/'");
    while (!path.empty()) {
        const std::string_view segment = next_segment(path);
        if (segment.empty()) break;
        if (entry.and_below) refuse(text, "'*' is not its last part");
        if (segment == "*")
            entry.and_below = true;
        else if (segment.find('*') != std::string_view::npos ||
                 segment.find(' ') != std::string_view::npos)
            refuse(text, "'" + std::string(segment) + "' is no part of a path");
        else
            entry.segments.emplace_back(is_parameter(segment) ? "{}" : segment);
    }
    return entry;
}

bool RouteClass::matches(const Entry& entry, const http::Route& route) {
    if (!entry.methods.empty() &&
        std::find(entry.methods.begin(), entry.methods.end(), route.method) == entry.methods.end())
        return false;
    std::string_view path = route.pattern;
    for (const std::string& wanted : entry.segments) {
        const std::string_view segment = next_segment(path);
        if (is_parameter(segment) ? wanted != "{}" : segment != wanted) return false;
    }
    return entry.and_below || next_segment(path).empty();
}

bool RouteClass::holds(const http::Route& route) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& entry) { return matches(entry, route); });
}

std::vector<std::string> RouteClass::misses(const std::vector<http::Route>& routes) const {
    std::vector<std::string> sentences;
    for (const Entry& entry : entries_) {
        if (std::any_of(routes.begin(), routes.end(),
                        [&](const http::Route& route) { return matches(entry, route); }))
            continue;
        std::vector<std::string> known;
        known.reserve(routes.size());
        for (const http::Route& route : routes) known.push_back(route.method + " " + route.pattern);
        std::string_view wanted = entry.text;
        if (wanted.ends_with('*')) wanted.remove_suffix(1);
        sentences.push_back("no plugin has the route '" + entry.text + "'" +
                            suggestion(wanted, known));
    }
    return sentences;
}

}  // namespace kitchen::rate_limit
