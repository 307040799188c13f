// The plugins of one kernel: loads them, orders them, and takes them through their life cycle
// together.
//
// A plugin listed with `required: false` is left out, with a warning, whenever it fails in any
// phase up to start, and so are those that cannot be without it and are not required either; then
// everything is resolved anew.
//
// Thread-safety: the phases on one thread; the accessors from any, once the phase before has
// returned.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "host/exit_code.h"
#include "observe/log_hub.h"
#include "plugin/instance.h"
#include "plugin/registry.h"
#include "plugin/resolver.h"

namespace kitchen::host {

/// Where the plugins lie when the configuration does not say: `<executable>/../plugins` (a build
/// tree) when there is one, otherwise the library directory beside the installed executable.
std::filesystem::path default_plugin_dir();

class PluginSet {
public:
    struct Skipped {
        std::string id, reason;
    };
    /// What start() does around each plugin.
    struct StartHooks {
        std::function<Status(plugin::Instance&)>
            before_start;                 ///< migrations; an error counts as a failed start
        std::function<bool()> cancelled;  ///< asked before each plugin
    };

    /// What stands in the registry for a service that a plugin provides.
    using Wrap = std::function<void*(std::string_view interface_name, const std::string& plugin,
                                     void* service)>;

    /// What of the configuration runs in this process: all, and of plugins with `isolate: process`
    /// the names alone when `isolates`; or the plugin `only`, in its own process, and what it
    /// needs.
    struct Share {
        bool isolates = false;
        std::string only = {};
    };

    /// All of them must outlive the set.
    PluginSet(observe::LogHub& hub, Logger& log, plugin::Registry& registry)
        : hub_(hub), log_(log), registry_(registry) {}
    /// Destroys in reverse order. Everything must have been stopped.
    ~PluginSet();

    /// Loads every enabled plugin, checks its section and what its settings say of each other, and
    /// resolves. All errors go to `diagnostics`; when there are none, order() is valid.
    void load(const config::Configuration& settings, const std::filesystem::path& directory,
              const config::Environment& environment, config::Diagnostics& diagnostics,
              Share share);
    /// Constructs all, and registers what they provide, each service as `wrap` gives it back.
    /// Throws StartError with every failure of a required plugin. False when one that is not
    /// required failed: others may hold what it has given them, so destroy(), leave_out_failed(),
    /// and construct() again.
    bool construct(const Wrap& wrap);
    /// After construct(): one more that is switched off or not listed, which gets what it needs and
    /// is not registered. Throws StartError when its library or its settings are refused, when a
    /// provider of what it needs is off as well, or when it fails.
    const plugin::Instance& construct_beside(const std::string& id,
                                             const config::Configuration& settings,
                                             const std::filesystem::path& directory,
                                             const config::Environment& environment);
    /// Starts in order: all, or those in `only` and what they need. Throws StartError for the first
    /// required plugin that fails. False when one that is not required failed: others may hold
    /// references to it, so stop(), destroy(), leave_out_failed(), and construct() again.
    bool start(const std::vector<std::string>& only, const StartHooks& hooks);
    /// Leaves out the plugin for which construct() or start() returned false, and resolves anew.
    /// Throws StartError when a required one cannot be without it.
    void leave_out_failed();
    /// The same for an isolated one.
    void leave_out(const std::string& id, const std::string& reason);
    /// Throws StartError when a plugin with `isolate: process` that was constructed here has what
    /// no other process can give.
    void check_isolated(const std::string& file) const;
    void drain();
    /// The plugin whose start(), drain() or stop() is running; "" when none is. From any thread.
    std::string busy() const;
    /// Reverse order. False when a plugin failed to stop.
    bool stop();
    /// Reverse order. Everything must have been stopped.
    void destroy() noexcept;

    /// Those still in, providers first, and those beside them.
    std::vector<const plugin::Instance*> constructed() const;
    /// Those still in, providers first.
    const std::vector<plugin::Instance*>& order() const noexcept { return order_; }
    const std::vector<plugin::ResolverBind>& binds() const noexcept { return binds_; }
    std::vector<Skipped> skipped() const { return skipped_; }
    /// nullptr when there is none of that id.
    plugin::Instance* find(std::string_view id) const noexcept;
    /// The id of the provider bound to an interface, or "".
    std::string provider_of(const std::string& interface_name) const;
    /// The ids of all that provide an interface, as listed. Empty before construct().
    std::vector<std::string> providers_of(std::string_view interface_name) const;

private:
    class Busy;

    static Result<std::unique_ptr<plugin::Instance>> open(const config::PluginSettings& settings,
                                                          const std::filesystem::path& directory,
                                                          const config::Environment& environment,
                                                          config::Diagnostics& diagnostics,
                                                          observe::LogHub& hub);
    void load_one(const config::PluginSettings& settings, const std::filesystem::path& directory,
                  const config::Environment& environment, config::Diagnostics& diagnostics);
    std::vector<plugin::Resolution::Problem> resolve();
    std::vector<plugin::Resolution::Problem> isolation_problems() const;
    std::set<std::string> with_needs(const std::vector<std::string>& ids) const;
    void skip(const std::string& id, const std::string& reason);
    std::size_t place_of(const plugin::Instance& instance) const;
    plugin::Instance* next_to_start(const std::vector<std::string>& only) const;

    observe::LogHub& hub_;
    Logger& log_;
    plugin::Registry& registry_;
    std::vector<std::unique_ptr<plugin::Instance>> instances_;  ///< as listed, those left out too
    std::vector<std::unique_ptr<plugin::Instance>> beside_;
    std::vector<std::string> installed_;  ///< ids of the libraries in the plugin directory
    std::vector<config::Mark> marks_;     ///< of each instance's entry
    std::set<std::string> isolated_;      ///< ids of those with `isolate: process`
    Share share_;
    std::vector<plugin::ResolverBind> binds_;
    std::vector<plugin::Instance*> order_;
    std::map<std::string, std::string> bindings_;
    std::vector<Skipped> skipped_;
    std::string left_out_, left_out_reason_;  ///< by start()
    std::atomic<const plugin::Instance*> busy_{nullptr};
    std::vector<plugin::Instance*> started_;  ///< start() was called, in the order of the calls
};

}  // namespace kitchen::host
