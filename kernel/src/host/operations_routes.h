// The kernel's own routes: /livez, /readyz, /health/, /admin/plugins/ and /metrics.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "host/health.h"
#include "host/plugin_set.h"
#include "kitchen/http/route.h"
#include "observe/metrics_registry.h"

namespace kitchen::host {

/// What the handlers look at; all of it must outlive the server.
struct OperationsSources {
    Health& health;
    const PluginSet& plugins;
    /// "ready", or why not: "starting", "draining".
    std::function<std::string_view()> phase;
};

/// Route::plugin is "kernel".
std::vector<http::Route> operations_routes(OperationsSources sources);

/// GET /metrics, and who may read it (server.metrics.access):
///
///   internal  clients that come straight from this machine or a private network; not what a proxy
///             has passed on, since the proxy's own address says nothing of who asks
///   admin     those who run the server, as the plugin that identifies says
///   open      anyone
///   off       there is no such route
///
/// `metrics` must outlive the server. Route::plugin is "kernel". Nothing when access is off.
std::optional<http::Route> metrics_route(const observe::MetricsRegistry& metrics,
                                         config::MetricsAccess access);

/// Loopback, link-local and private addresses: RFC 1122, 3927, 1918, 6598; RFC 4291, 4193. Takes a
/// numeric one.
bool is_internal_address(std::string_view address);

}  // namespace kitchen::host
