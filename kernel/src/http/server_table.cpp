#include "server_table.h"

#include <algorithm>
#include <set>

#include "routing/query.h"

namespace kitchen::http {
namespace {

bool can_identify(const ServerTable& table, const Route& route) {
    return std::any_of(table.middleware.begin(), table.middleware.end(), [&](const auto& m) {
        return m.phase == Phase::identify && is_for(m, &route);
    });
}

std::string_view without_slash(std::string_view pattern) {
    if (pattern.ends_with('/')) pattern.remove_suffix(1);
    return pattern;
}

void check_route(const Route& route, bool is_identified, std::vector<std::string>& problems) {
    const auto add = [&](const std::string& what) {
        problems.push_back(route.method + " " + route.pattern + " (plugin " + route.plugin + ") " +
                           what);
    };
    if (!route.handler) add("has no handler");
    if (route.is_inline && route.access != Access::anyone)
        add("runs inline and identifies its client, which takes a store or a cache");
    // Without a plugin that identifies there are no operators either: a 401 says all there is.
    if (!is_identified && route.access != Access::anyone && route.access != Access::operators)
        add("identifies its client, and no plugin does that: list one that does, as auth");
    if (route.access == Access::roles && route.allowed_roles.empty()) add("is for no role at all");
    if (route.body_optional && !route.body_schema) add("has an optional body without a schema");
    if ((route.body_schema || route.upload) && route.method == "GET")
        add("takes a body, which GET does not have");
    if (route.upload) {
        if (route.is_inline) add("runs inline and takes files, which go to a disk");
        if (route.body_optional) add("takes files and has an optional body");
        if (route.body_schema && route.body_schema->type != Schema::Type::object)
            add("takes a form whose fields are not an object");
    }
    check_query_parameters(route, problems);
}

}  // namespace

bool is_named(const Route& route, std::string_view name) {
    constexpr std::string_view of_plugin = "plugin ";
    if (name.starts_with(of_plugin)) return name.substr(of_plugin.size()) == route.plugin;
    return name.size() > route.method.size() && name.starts_with(route.method) &&
           name[route.method.size()] == ' ' &&
           without_slash(name.substr(route.method.size() + 1)) == without_slash(route.pattern);
}

bool is_for(const RegisteredMiddleware& middleware, const Route* route) {
    const auto& routes = middleware.call.routes();
    if (routes.empty()) return true;
    return route && std::any_of(routes.begin(), routes.end(), [route](const std::string& name) {
               return is_named(*route, name);
           });
}

void check_routes(const ServerTable& table, std::vector<std::string>& problems) {
    for (const Route& route : table.routes)
        check_route(route, can_identify(table, route), problems);
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
