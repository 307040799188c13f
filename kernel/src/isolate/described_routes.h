// The routes of a plugin as text: its own process writes them, and the server registers what it
// reads, so that routing, authorisation, OpenAPI and 404 / 405 / 415 are the server's own.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "kitchen/http/route.h"
#include "kitchen/json.h"
#include "plugin/declarations.h"

namespace kitchen::isolate {

/// What of a plugin cannot be had from another process, one sentence each; empty: nothing.
std::vector<std::string> hindrances(const plugin::Declarations& declarations);

/// All that a route says, but for its functions.
Json describe(const std::vector<http::Route>& routes);

/// The routes again, each with this plugin and this handler. Throws std::exception for what is no
/// such text.
std::vector<http::Route> read_routes(const Json& described, const std::string& plugin,
                                     const http::Handler& handler);

}  // namespace kitchen::isolate
