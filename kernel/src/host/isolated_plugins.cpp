#include "host/isolated_plugins.h"

#include <utility>

#include "host/exit_code.h"

namespace kitchen::host {

IsolatedPlugins::IsolatedPlugins(const config::Configuration& settings, const std::string& file,
                                 const std::string& text, PluginSet& plugins,
                                 const Dependencies& dependencies)
    : plugins_(plugins), sockets_(settings.server.upload_folder, 0) {
    for (const config::PluginSettings& entry : settings.plugins) {
        const plugin::Instance* const instance = plugins.find(entry.id);
        if (!instance || instance->state() != plugin::State::isolated) continue;
        isolate::IsolatedPluginOptions options{entry.id, file, text, sockets_.path()};
        options.memory = static_cast<std::uint64_t>(entry.memory.count);
        options.request_timeout = settings.server.request_timeout;
        processes_.push_back(std::make_unique<isolate::IsolatedPlugin>(
            std::move(options), dependencies.metrics, dependencies.tracing, dependencies.waits,
            dependencies.random, dependencies.log));
    }
    for (auto process = processes_.begin(); process != processes_.end();) {
        const std::string id = (*process)->id();
        if (auto routes = (*process)->routes()) {
            routes_.insert(routes_.end(), routes->begin(), routes->end());
            ++process;
        } else if (plugins.find(id)->required()) {
            throw StartError(ExitCode::plugin, routes.error().detail, id);
        } else {
            process = processes_.erase(process);
            plugins.leave_out(id, routes.error().detail);
        }
    }
}

void IsolatedPlugins::start() {
    for (const auto& process : processes_) process->begin();
    for (const auto& process : processes_) process->wait_for_start();
}

void IsolatedPlugins::stop(const std::function<std::chrono::milliseconds()>& left) {
    for (const auto& process : processes_) process->stop(left());
}

void IsolatedPlugins::add_checks(std::vector<HealthCheck>& checks) const {
    for (const auto& process : processes_) {
        const std::string& id = process->id();
        // One that is started again soon does not take the whole server out of service.
        checks.push_back({id, id, false, [&process = *process] { return process.health(); }});
        if (plugins_.find(id)->required())
            checks.push_back({id, id + ".required", true, [&process = *process] {
                                  return process.has_failed() ? process.health() : Status();
                              }});
    }
}

}  // namespace kitchen::host
