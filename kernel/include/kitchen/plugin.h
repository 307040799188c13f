// The class every plugin implements, and the macro that exports it.
//
// Life cycle, each call on one thread, never two at once, every exception reported with the
// plugin's name:
//   create     allocate; nothing else
//   configure  declare services, routes, migrations, periodic jobs, commands; pure: no file, no
//   socket, no thread start      in dependency order, after this plugin's migrations: open,
//   connect, build the objects that do the work drain      no new work is coming; finish what was
//   begun (optional) stop       in reverse order, also after a failed start of another plugin; must
//   not throw destroy    after every plugin has stopped
//
// A plugin holds no globals: many kernels can live in one process.
#pragma once

#include <chrono>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/abi.h"
#include "kitchen/command.h"
#include "kitchen/config.h"
#include "kitchen/http/middleware.h"
#include "kitchen/http/route.h"
#include "kitchen/migration.h"
#include "kitchen/result.h"
#include "kitchen/services.h"

namespace kitchen {

/// What configure() declares things on. Valid during configure() only, except config().
class Setup {
public:
    virtual ~Setup() = default;

    /// Lives as long as the plugin.
    virtual const Config& config() const = 0;
    /// Tagged with the plugin's id; lives as long as the plugin.
    virtual Logger& log() const = 0;

    /// Offers an interface that the descriptor names in `provides`. The object belongs to the
    /// plugin, exists from now on, and may be used by others between this plugin's start and stop.
    template <class T>
    void provide(T& service) {
        add_service(T::interface_name, &service);
    }

    virtual void add_route(http::Route route) = 0;
    virtual void add_middleware(http::Phase phase, std::string name,
                                http::Middleware middleware) = 0;
    virtual void add_migrations(std::span<const Migration> migrations) = 0;
    /// Runs on the jobs' threads from the end of start-up until drain, never twice at once, about
    /// every `interval`.
    virtual void add_periodic(std::string name, std::chrono::milliseconds interval,
                              std::function<void()> work) = 0;
    /// A part of /health/. A failing required one turns the whole answer, and /readyz, to 503.
    /// Called at most once a second.
    virtual void add_health_check(std::string name, bool required,
                                  std::function<Status()> check) = 0;
    /// A sub-command of `chuks-kitchen`.
    virtual void add_command(Command command) = 0;

protected:
    virtual void add_service(std::string_view interface_name, void* service) = 0;
};

class Plugin {
public:
    virtual ~Plugin() = default;
    virtual void configure(Setup& setup) = 0;
    virtual void start(Services&) {}
    virtual void drain() {}
    virtual void stop() {}
};

/// What KITCHEN_PLUGIN exports, written with designated initialisers.
struct PluginInfo {
    const char* id;
    const char* version;
    const char* summary;
    std::span<const kitchen_need> needs = {};
    std::span<const char* const> provides = {};
    std::span<const kitchen_config_key> config = {};
};

}  // namespace kitchen

/// Exports a plugin. Once in plugin.cpp, at namespace scope:
///
///     constexpr kitchen_need needs[] = {{"store/1", 0}};
///     KITCHEN_PLUGIN(LoyaltyPlugin, {.id = "loyalty", .version = "1.0.0", .summary = "Points for
///     orders", .needs = needs})
#define KITCHEN_PLUGIN(PluginClass, ...)                                                          \
    namespace {                                                                                   \
    constexpr ::kitchen::PluginInfo kitchen_plugin_info __VA_ARGS__;                              \
    void* kitchen_plugin_create() { return static_cast<::kitchen::Plugin*>(new PluginClass()); }  \
    void kitchen_plugin_destroy(void* plugin) { delete static_cast<::kitchen::Plugin*>(plugin); } \
    }                                                                                             \
    extern "C" __attribute__((visibility("default")))                                             \
    const kitchen_plugin_descriptor kitchen_plugin = {KITCHEN_PLUGIN_MAGIC,                       \
                                                      sizeof(kitchen_plugin_descriptor),          \
                                                      KITCHEN_API_MAJOR,                          \
                                                      KITCHEN_API_MINOR,                          \
                                                      KITCHEN_TOOLCHAIN,                          \
                                                      kitchen_plugin_info.id,                     \
                                                      kitchen_plugin_info.version,                \
                                                      kitchen_plugin_info.summary,                \
                                                      kitchen_plugin_info.needs.data(),           \
                                                      kitchen_plugin_info.needs.size(),           \
                                                      kitchen_plugin_info.provides.data(),        \
                                                      kitchen_plugin_info.provides.size(),        \
                                                      kitchen_plugin_info.config.data(),          \
                                                      kitchen_plugin_info.config.size(),          \
                                                      &kitchen_plugin_create,                     \
                                                      &kitchen_plugin_destroy};
