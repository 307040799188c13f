// What a server serves: the routes and middleware of all plugins, in start order.
//
// Thread-safety: plain values and pure functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "kitchen/http/middleware.h"
#include "kitchen/http/route.h"

namespace kitchen::http {

struct RegisteredMiddleware {
    Phase phase;
    std::string name;
    std::string plugin;
    Middleware call;
};

/// Everything the host has collected from the plugins. The server adds /openapi.json itself.
struct ServerTable {
    std::vector<Route> routes;  ///< Route::plugin filled in
    std::vector<RegisteredMiddleware> middleware;
    /// Ids of plugins whose requests are validated where they are handled: in another process.
    std::set<std::string> forwarded = {};
};

/// Whether a name of Middleware::only_for() means the route.
bool is_named(const Route& route, std::string_view name);

/// Whether the middleware runs on the route. Null: on routes that no middleware names.
bool is_for(const RegisteredMiddleware& middleware, const Route* route);

/// Appends a sentence for each route that could never work as declared, naming route and plugin.
void check_routes(const ServerTable& table, std::vector<std::string>& problems);

/// The names of the header fields that scripts of allowed origins may read: those that the kernel
/// sends, and those that routes and middleware declare. Sorted.
std::vector<std::string> exposed_fields(const ServerTable& table);

/// How clients may sign in, as the middleware declares it.
std::vector<SignInScheme> sign_in_schemes(const ServerTable& table);

}  // namespace kitchen::http
