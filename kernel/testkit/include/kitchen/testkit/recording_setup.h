// What a constructor declares, kept for a test that has no kernel: routes and commands; the rest is
// taken and forgotten. It has no services to give.
//
// Thread-safety: none; one thread declares, then any may read.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/plugin.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::testkit {

class RecordingSetup : public Setup {
public:
    explicit RecordingSetup(std::string plugin_id = "test") : plugin_id_(std::move(plugin_id)) {}

    std::vector<http::Route> routes;
    std::vector<Command> commands;

    std::string_view plugin_id() const override { return plugin_id_; }
    Logger& log() const override { return log_; }
    /// What is thrown becomes "plugin_failed", as in the kernel.
    detail::Guard guard() const override {
        return [](std::string_view plugin, std::string_view what,
                  const std::function<Status()>& call) -> Status {
            const std::string where = std::string(plugin) + " failed in " + std::string(what);
            try {
                return call();
            } catch (const std::exception& thrown) {
                return Error(Errc::internal, "plugin_failed", where + ": " + thrown.what());
            } catch (...) {
                return Error(Errc::internal, "plugin_failed", where);
            }
        };
    }
    void add_route(http::Route route) override { routes.push_back(std::move(route)); }
    void add_middleware(http::Phase, std::string, http::Middleware) override {}
    void add_migrations(std::span<const Migration>) override {}
    using Setup::add_periodic;
    void add_periodic(std::string, std::chrono::milliseconds, std::function<void()>,
                      PeriodicOptions) override {}
    void add_health_check(std::string, bool, std::function<Status()>) override {}
    using Setup::add_data_rule;
    void add_data_rule(std::string, BrokenThings) override {}
    void add_kept_rows(ListKept, RemoveKept) override {}
    void add_command(Command command) override { commands.push_back(std::move(command)); }

protected:
    const Config& config() const override { throw std::logic_error("no configuration"); }
    void add_service(std::string_view, void*) override {}
    void* service(std::string_view) const override { return nullptr; }
    std::vector<detail::Provider> providers(std::string_view) const override { return {}; }

private:
    const std::string plugin_id_;
    mutable RecordingLogger log_;
};

}  // namespace kitchen::testkit
