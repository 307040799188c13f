// The kernel's own routes: /livez, /readyz, /health/ and /admin/plugins/.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "host/health.h"
#include "host/plugin_set.h"
#include "kitchen/http/route.h"

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

}  // namespace kitchen::host
