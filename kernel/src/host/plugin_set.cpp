#include "host/plugin_set.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "config/diagnostics.h"
#include "config/section.h"
#include "isolate/described_routes.h"
#include "kitchen/change_log.h"
#include "kitchen/in_memory.h"
#include "plugin/gate.h"
#include "plugin/library.h"

#ifndef KITCHEN_LIBDIR
#define KITCHEN_LIBDIR "lib"
#endif

namespace kitchen::host {

using plugin::Instance;
using plugin::State;

/// Says for a scope which plugin is being waited for.
class PluginSet::Busy {
public:
    Busy(PluginSet& set, const Instance& instance) : set_(set) { set_.busy_ = &instance; }
    ~Busy() { set_.busy_ = nullptr; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

private:
    PluginSet& set_;
};

std::string PluginSet::busy() const {
    const Instance* instance = busy_;
    return instance ? instance->id() : std::string();
}

PluginSet::~PluginSet() {
    destroy();
    while (!instances_.empty()) instances_.pop_back();  // those left out
}

void PluginSet::destroy() noexcept {
    beside_.clear();
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) (*it)->destroy();
}

void PluginSet::load(const config::Configuration& settings, const std::filesystem::path& directory,
                     const config::Environment& environment, config::Diagnostics& diagnostics,
                     Share share) {
    share_ = std::move(share);
    installed_ = plugin::library_ids(directory);
    for (const config::PluginSettings& one : settings.plugins)
        if (one.enabled) load_one(one, directory, environment, diagnostics);
    for (const config::BindSettings& bind : settings.binds)
        binds_.push_back({bind.interface_name, bind.plugin, bind.mark});
    // With a plugin missing, what the others lack because of it would only be noise.
    if (diagnostics.has(config::Diagnostics::Kind::plugin)) return;
    for (const auto& problem : resolve())
        diagnostics.error(problem.mark, problem.message, config::Diagnostics::Kind::plugin);
}

Result<std::unique_ptr<Instance>> PluginSet::open(const config::PluginSettings& settings,
                                                  const std::filesystem::path& directory,
                                                  const config::Environment& environment,
                                                  config::Diagnostics& diagnostics,
                                                  observe::LogHub& hub) {
    const std::filesystem::path file =
        settings.path.empty() ? directory / (settings.id + ".so") : settings.path;
    Result<plugin::Manifest> manifest = plugin::load_library(file, settings.id);
    if (!manifest) {
        Error refused = std::move(manifest).error();
        if (refused.code == "no_file" && settings.path.empty())
            refused.detail += suggestion(settings.id, plugin::library_ids(directory));
        return refused;
    }
    auto section = config::read_section(
        settings.config.kind == config::Node::Kind::null ? nullptr : &settings.config,
        manifest->settings(), settings.id, settings.mark, environment, diagnostics);
    auto instance = std::make_unique<Instance>(*std::move(manifest), std::move(section),
                                               hub.logger(settings.id), settings.required);
    if (Status checked = instance->check_settings(
            config::report_into(diagnostics, instance->section(), settings.id, settings.mark));
        !checked)
        diagnostics.error(settings.mark, checked.error().detail, config::Diagnostics::Kind::plugin);
    return instance;
}

void PluginSet::load_one(const config::PluginSettings& settings,
                         const std::filesystem::path& directory,
                         const config::Environment& environment, config::Diagnostics& diagnostics) {
    auto opened = open(settings, directory, environment, diagnostics, hub_);
    if (opened) {
        instances_.push_back(*std::move(opened));
        marks_.push_back(settings.mark);
        if (settings.isolate != config::Isolation::process) return;
        isolated_.insert(settings.id);
        if (share_.isolates) instances_.back()->set_isolated();
    } else if (settings.required) {
        diagnostics.error(settings.id_mark,
                          "plugin '" + settings.id + "': " + opened.error().detail,
                          config::Diagnostics::Kind::plugin);
    } else {
        skip(settings.id, opened.error().detail);
    }
}

const Instance& PluginSet::construct_beside(const std::string& id,
                                            const config::Configuration& settings,
                                            const std::filesystem::path& directory,
                                            const config::Environment& environment) {
    config::PluginSettings entry;
    for (const config::PluginSettings& listed : settings.plugins)
        if (listed.id == id) entry = listed;
    const bool is_listed = !entry.id.empty();
    entry.id = id;
    const std::string subject = "plugin '" + id + "'";
    config::Diagnostics diagnostics(subject);
    auto opened = open(entry, directory, environment, diagnostics, hub_);
    if (!opened) throw StartError(ExitCode::plugin, subject + ": " + opened.error().detail);
    if (!diagnostics.empty()) {
        std::vector<std::string> lines = diagnostics.lines();
        if (!is_listed)
            lines.push_back(subject +
                            " is not listed: give it an entry with `enabled: false` and "
                            "its settings");
        throw StartError(ExitCode::configuration, std::move(lines));
    }
    Instance& instance = *beside_.emplace_back(*std::move(opened));
    for (const InterfaceUse& use : instance.manifest().interfaces())
        if (use.kind == InterfaceUse::Kind::needs && !registry_.find(use.name))
            throw StartError(
                ExitCode::plugin,
                subject + " needs " + std::string(use.name) +
                    ", and the plugin that provides it is switched off as well: switch "
                    "that on first");
    if (Status done = instance.construct(registry_); !done)
        throw StartError(ExitCode::plugin, done.error().detail);
    return instance;
}

std::vector<const Instance*> PluginSet::constructed() const {
    std::vector<const Instance*> all(order_.begin(), order_.end());
    for (const auto& instance : beside_) all.push_back(instance.get());
    return all;
}

std::vector<plugin::Resolution::Problem> PluginSet::resolve() {
    std::vector<plugin::ResolverNode> nodes;
    std::vector<std::string> absent;
    for (const Skipped& gone : skipped_) absent.push_back(gone.id);
    for (std::size_t i = 0; i < instances_.size(); ++i) {
        const Instance& instance = *instances_[i];
        plugin::ResolverNode node{instance.id(), instance.required(), {}, {}, marks_[i]};
        for (const InterfaceUse& use : instance.manifest().interfaces())
            if (use.kind == InterfaceUse::Kind::provides)
                node.provides.emplace_back(use.name);
            else if (!plugin::is_kernel_interface(use.name))
                node.needs.push_back({std::string(use.name), use.kind});
        nodes.push_back(std::move(node));
    }
    plugin::Resolution resolution = plugin::resolve(nodes, binds_, absent, installed_);
    for (const std::string& warning : resolution.warnings)
        log_.warn("binding ignored", {{"reason", warning}});
    for (const auto& gone : resolution.skipped) skip(gone.id, "it " + gone.reason);
    if (!resolution.problems.empty()) return std::move(resolution.problems);
    order_.clear();
    for (const std::string& id : resolution.order) order_.push_back(find(id));
    bindings_ = std::move(resolution.bindings);
    if (!share_.only.empty()) {
        std::vector<std::string> roots = {share_.only};
        if (std::string log = provider_of(std::string(ChangeLog::interface_name)); !log.empty())
            roots.push_back(std::move(log));  // it sees what the plugin changes
        const std::set<std::string> wanted = with_needs(roots);
        std::erase_if(order_, [&](Instance* instance) { return !wanted.contains(instance->id()); });
    }
    return isolation_problems();
}

std::vector<plugin::Resolution::Problem> PluginSet::isolation_problems() const {
    std::vector<plugin::Resolution::Problem> problems;
    for (const Instance* instance : order_) {
        if (!isolated_.contains(instance->id())) continue;
        const auto refuse = [&](const std::string& why) {
            problems.push_back({"plugin '" + instance->id() + "' cannot be isolated: " + why,
                                marks_[place_of(*instance)]});
        };
        for (const Instance* other : order_)
            for (const InterfaceUse& use : other->manifest().interfaces())
                if (other != instance && use.kind != InterfaceUse::Kind::provides &&
                    instance->manifest().provides(use.name) &&
                    (use.kind == InterfaceUse::Kind::uses_all ||
                     provider_of(std::string(use.name)) == instance->id()))
                    refuse("'" + other->id() + "' uses its " + std::string(use.name) +
                           ", and an interface does not reach into another process");
        for (const std::string& id : with_needs({instance->id()}))
            if (id != instance->id() && find(id)->manifest().provides(InMemory::interface_name))
                refuse("it needs '" + id + "', which has its data in the memory of one process");
    }
    return problems;
}

void PluginSet::check_isolated(const std::string& file) const {
    config::Diagnostics diagnostics(file);
    for (const Instance* instance : order_)
        if (isolated_.contains(instance->id()))
            for (const std::string& why : isolate::hindrances(instance->declarations()))
                diagnostics.error(marks_[place_of(*instance)],
                                  "plugin '" + instance->id() + "' cannot be isolated: " + why);
    if (!diagnostics.empty()) throw StartError(ExitCode::configuration, diagnostics.lines());
}

/// Those, and all that they use.
std::set<std::string> PluginSet::with_needs(const std::vector<std::string>& ids) const {
    std::set<std::string> wanted(ids.begin(), ids.end());
    // Dependents come later in the order, so one pass from its end reaches everything that is
    // needed.
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
        if (!wanted.contains((*it)->id())) continue;
        for (const InterfaceUse& use : (*it)->manifest().interfaces())
            if (use.kind == InterfaceUse::Kind::uses_all) {
                for (const Instance* other : order_)
                    if (other->manifest().provides(use.name)) wanted.insert(other->id());
            } else if (const auto bound = bindings_.find(std::string(use.name));
                       use.kind != InterfaceUse::Kind::provides && bound != bindings_.end()) {
                wanted.insert(bound->second);
            }
    }
    return wanted;
}

void PluginSet::skip(const std::string& id, const std::string& reason) {
    skipped_.push_back({id, reason});
    registry_.remove(id);
    std::erase_if(order_, [&](const Instance* instance) { return instance->id() == id; });
    log_.warn("plugin left out", {{"id", id}, {"reason", reason}});
}

bool PluginSet::construct(const Wrap& wrap) {
    std::vector<std::string> failures;
    std::string blamed;
    std::set<const Instance*> failed;
    const auto next = [&]() -> Instance* {
        for (Instance* instance : order_)
            if (instance->state() == State::loaded && !failed.contains(instance)) return instance;
        return nullptr;
    };
    while (Instance* instance = next()) {
        Status done;
        // What it needs has failed and been reported: that alone is no news.
        const bool is_blocked = std::any_of(
            instance->manifest().interfaces().begin(), instance->manifest().interfaces().end(),
            [&](const InterfaceUse& use) {
                return use.kind == InterfaceUse::Kind::needs && !registry_.find(use.name);
            });
        if (!is_blocked) done = instance->construct(registry_);
        if (is_blocked) {
            failed.insert(instance);
        } else if (done) {
            for (const auto& [name, service] : instance->declarations().services) {
                const std::string id = instance->id();
                registry_.add(name, place_of(*instance), {id, service});
                if (provider_of(name) == id) registry_.bind(name, {id, wrap(name, id, service)});
            }
        } else if (instance->required()) {
            if (failures.empty()) blamed = instance->id();
            failures.push_back(done.error().detail);
            failed.insert(instance);
        } else {
            left_out_ = instance->id();
            left_out_reason_ = done.error().detail;
            return false;
        }
    }
    if (!failures.empty())
        throw StartError(ExitCode::plugin, std::move(failures), std::move(blamed));
    return true;
}

Instance* PluginSet::next_to_start(const std::vector<std::string>& only) const {
    const std::set<std::string> wanted = with_needs(only);
    for (Instance* instance : order_)
        if (instance->state() == State::constructed &&
            (only.empty() || wanted.contains(instance->id())))
            return instance;
    return nullptr;
}

bool PluginSet::start(const std::vector<std::string>& only, const StartHooks& hooks) {
    while (Instance* instance = next_to_start(only)) {
        if (hooks.cancelled && hooks.cancelled())
            throw StartError(ExitCode::start_up, "interrupted by a signal during start-up");
        const auto begin = std::chrono::steady_clock::now();
        const Busy busy(*this, *instance);
        Status done = hooks.before_start ? hooks.before_start(*instance) : Status();
        if (done) {
            started_.push_back(instance);
            done = instance->start();
        }
        if (done) {
            const auto took = std::chrono::steady_clock::now() - begin;
            log_.debug(
                "plugin started",
                {{"id", instance->manifest().id()},
                 {"version", instance->manifest().version()},
                 {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
        } else if (instance->required()) {
            throw StartError(ExitCode::start_up, done.error().detail, instance->id());
        } else {
            left_out_ = instance->id();
            left_out_reason_ = done.error().detail;
            return false;
        }
    }
    return true;
}

void PluginSet::leave_out_failed() {
    skip(left_out_, left_out_reason_);
    std::vector<std::string> lines;
    for (const auto& problem : resolve()) lines.push_back(problem.message);
    if (!lines.empty()) throw StartError(ExitCode::plugin, std::move(lines));
}

void PluginSet::leave_out(const std::string& id, const std::string& reason) {
    left_out_ = id;
    left_out_reason_ = reason;
    leave_out_failed();
}

void PluginSet::drain() {
    for (auto it = started_.rbegin(); it != started_.rend(); ++it) {
        const Busy busy(*this, **it);
        if (Status done = (*it)->drain(); !done)
            log_.error("plugin failed", {{"phase", "drain"}, {"reason", done.error().detail}});
    }
}

bool PluginSet::stop() {
    bool clean = true;
    while (!started_.empty()) {
        Instance* instance = started_.back();
        started_.pop_back();
        const Busy busy(*this, *instance);
        if (Status done = instance->stop(); !done) {
            clean = false;
            log_.error("plugin failed", {{"phase", "stop"}, {"reason", done.error().detail}});
        } else {
            log_.debug("plugin stopped", {{"id", instance->manifest().id()}});
        }
    }
    return clean;
}

Instance* PluginSet::find(std::string_view id) const noexcept {
    for (const auto& instance : instances_)
        if (instance->manifest().id() == id) return instance.get();
    return nullptr;
}

std::vector<std::string> PluginSet::providers_of(std::string_view interface_name) const {
    std::vector<std::string> ids;
    for (detail::Provider& provider : registry_.all(interface_name))
        ids.push_back(std::move(provider.plugin));
    return ids;
}

std::size_t PluginSet::place_of(const Instance& instance) const {
    return static_cast<std::size_t>(
        std::find_if(instances_.begin(), instances_.end(),
                     [&](const auto& listed) { return listed.get() == &instance; }) -
        instances_.begin());
}

std::string PluginSet::provider_of(const std::string& interface_name) const {
    const auto found = bindings_.find(interface_name);
    return found == bindings_.end() ? std::string() : found->second;
}

std::filesystem::path default_plugin_dir() {
    std::error_code failure;
    const std::filesystem::path here =
        std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    const std::filesystem::path built = (here / ".." / "plugins").lexically_normal();
    if (std::filesystem::is_directory(built, failure)) return built;
    return (here / ".." / KITCHEN_LIBDIR / "chuks-kitchen" / "plugins").lexically_normal();
}

}  // namespace kitchen::host
