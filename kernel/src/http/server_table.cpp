#include "server_table.h"

#include <algorithm>
#include <set>

#include "routing/query.h"

namespace kitchen::http {
namespace {

bool identifies(const ServerTable& table) {
    return std::any_of(table.middleware.begin(), table.middleware.end(),
                       [](const auto& m) { return m.phase == Phase::identify; });
}

void check_route(const Route& route, bool can_identify, std::vector<std::string>& problems) {
    const auto add = [&](const std::string& what) {
        problems.push_back(route.method + " " + route.pattern + " (plugin " + route.plugin + ") " +
                           what);
    };
    if (!route.handler) add("has no handler");
    if (route.is_inline && route.access != Access::anyone)
        add("runs inline and identifies its client, which takes a store or a cache");
    // Without a plugin that identifies there are no operators either: a 401 says all there is.
    if (!can_identify && route.access != Access::anyone && route.access != Access::operators)
        add("identifies its client, and no plugin does that: list one that does, as auth");
    if (route.access == Access::roles && route.allowed_roles.empty()) add("is for no role at all");
    if (route.body_optional && !route.body_schema) add("has an optional body without a schema");
    if (route.body_schema && route.method == "GET") add("takes a body, which GET does not have");
    check_query_parameters(route, problems);
}

}  // namespace

void check_routes(const ServerTable& table, std::vector<std::string>& problems) {
    const bool can_identify = identifies(table);
    for (const Route& route : table.routes) check_route(route, can_identify, problems);
}

std::vector<std::string> exposed_fields(const ServerTable& table) {
    std::set<std::string> names = {"Allow", "ETag", "Location", "Retry-After", "X-Request-Id"};
    for (const Route& route : table.routes)
        for (const ResponseHeader& header : route.response_headers) names.insert(header.name);
    for (const RegisteredMiddleware& middleware : table.middleware)
        names.insert(middleware.call.sent_fields().begin(), middleware.call.sent_fields().end());
    return {names.begin(), names.end()};
}

std::vector<SignInScheme> sign_in_schemes(const ServerTable& table) {
    std::vector<SignInScheme> all;
    for (const RegisteredMiddleware& middleware : table.middleware)
        all.insert(all.end(), middleware.call.schemes().begin(), middleware.call.schemes().end());
    return all;
}

}  // namespace kitchen::http
