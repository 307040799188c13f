// What a plugin declares in its constructor, recorded and checked.
//
// Thread-safety: one thread at a time; not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kitchen/plugin.h"
#include "plugin/library.h"
#include "plugin/registry.h"

namespace kitchen::plugin {

struct DeclaredMiddleware {
    http::Phase phase;
    std::string name;
    http::Middleware call;
};

struct DeclaredPeriodic {
    std::string name;
    std::chrono::milliseconds interval;
    std::function<void()> work;
    PeriodicOptions options;
};

struct DeclaredCheck {
    std::string name;
    bool required;
    std::function<Status()> check;
};

struct DeclaredDataRule {
    std::string rule;
    Setup::BrokenThings broken;
};

struct DeclaredKeeping {
    Setup::ListKept list;
    Setup::RemoveKept remove;
};

struct Declarations {
    std::vector<http::Route> routes;
    std::vector<DeclaredMiddleware> middleware;
    std::vector<Migration> migrations;
    std::vector<DeclaredPeriodic> periodics;
    std::vector<DeclaredCheck> checks;
    std::vector<Command> commands;
    std::vector<DeclaredDataRule> data_rules;
    std::vector<DeclaredKeeping> keepings;  ///< of rows for other plugins
    std::map<std::string, void*> services;
};

/// The Setup that a constructor is given. A declaration that breaks the contract throws
/// std::logic_error, which ends the constructor and names the plugin.
class DeclarationRecorder : public Setup {
public:
    DeclarationRecorder(const Manifest& manifest, const Config& config, Logger& log,
                        const Registry& registry)
        : manifest_(manifest), config_(config), log_(log), registry_(registry) {}

    /// Ends recording: every later call throws. Throws std::logic_error when an interface that the
    /// plugin promises was not provided.
    Declarations finish();

    detail::Guard guard() const override;
    std::string_view plugin_id() const override { return manifest_.id(); }
    Logger& log() const override { return log_; }
    void add_route(http::Route route) override;
    void add_middleware(http::Phase phase, std::string name, http::Middleware middleware) override;
    void add_migrations(std::span<const Migration> migrations) override;
    using Setup::add_periodic;
    void add_periodic(std::string name, std::chrono::milliseconds interval,
                      std::function<void()> work, PeriodicOptions options) override;
    void add_health_check(std::string name, bool required, std::function<Status()> check) override;
    using Setup::add_data_rule;
    void add_data_rule(std::string rule, BrokenThings broken) override;
    void add_kept_rows(ListKept list, RemoveKept remove) override;
    void add_command(Command command) override;

protected:
    const Config& config() const override { return config_; }
    void add_service(std::string_view interface_name, void* service) override;
    void* service(std::string_view interface_name) const override;
    std::vector<detail::Provider> providers(std::string_view interface_name) const override;

private:
    void check_open() const;

    const Manifest& manifest_;
    const Config& config_;
    Logger& log_;
    const Registry& registry_;
    Declarations recorded_;
    bool finished_ = false;
};

}  // namespace kitchen::plugin
