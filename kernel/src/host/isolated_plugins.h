// The plugins with `isolate: process`, each with its process (kernel/src/isolate/).
//
// Thread-safety: one thread; the handlers and checks that it gives, any.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "host/health.h"
#include "host/plugin_set.h"
#include "http/uploads/temporary_folder.h"
#include "isolate/isolated_plugin.h"

namespace kitchen::host {

class IsolatedPlugins {
public:
    struct Dependencies {
        Metrics& metrics;
        Tracing& tracing;
        Waits& waits;
        Random& random;
        Logger& log;
    };

    /// Starts the processes, which find out the routes. One whose plugin cannot be constructed is
    /// left out of `plugins`, or throws StartError when it is required. All references must outlive
    /// this.
    IsolatedPlugins(const config::Configuration& settings, const std::string& file,
                    const std::string& text, PluginSet& plugins, const Dependencies& dependencies);

    /// What they need has been started.
    void start();
    /// Each has what `left` says then to finish what it has begun.
    void stop(const std::function<std::chrono::milliseconds()>& left);

    /// Theirs, with handlers that forward.
    const std::vector<http::Route>& routes() const noexcept { return routes_; }
    void add_checks(std::vector<HealthCheck>& checks) const;

private:
    PluginSet& plugins_;
    const http::TemporaryFolder sockets_;
    std::vector<std::unique_ptr<isolate::IsolatedPlugin>> processes_;
    std::vector<http::Route> routes_;
};

}  // namespace kitchen::host
