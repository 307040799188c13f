// One plugin in one kernel, from construct to destroy. Every call into its code is guarded here:
// whatever it throws becomes an error that names the plugin and the phase.
//
// Thread-safety: the phases on one thread, in order; state() from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/section.h"
#include "kitchen/plugin.h"
#include "plugin/declarations.h"
#include "plugin/library.h"
#include "plugin/registry.h"

namespace kitchen::plugin {

enum class State : std::uint8_t { loaded, constructed, started, stopped, failed, isolated };
std::string_view to_string(State state) noexcept;

class Instance {
public:
    Instance(Manifest manifest, std::unique_ptr<config::Section> config,
             std::unique_ptr<Logger> log, bool required);
    /// Destroys the plugin. It must have been stopped when it was started.
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    /// Reports what the plugin's settings contradict in each other. `report` takes the key below
    /// `config:` and a sentence.
    Status check_settings(const Problems::Report& report);

    // The phases. An error's detail reads "plugin 'x' failed in start: …".
    /// Finds what the plugin needs in `registry`, where everything it needs must stand already.
    Status construct(const Registry& registry);
    Status start();
    Status drain();
    /// Does nothing unless start() was called, whether or not it succeeded.
    Status stop();
    /// Back to loaded: construct() may follow.
    void destroy() noexcept;
    /// In place of the phases: it has a process of its own, and is only a name here.
    void set_isolated() noexcept { state_ = State::isolated; }

    const Manifest& manifest() const noexcept { return manifest_; }
    const config::Section& section() const noexcept { return *config_; }
    std::string id() const { return std::string(manifest_.id()); }
    bool required() const noexcept { return required_; }
    State state() const noexcept { return state_.load(); }
    /// Empty unless constructed.
    const Declarations& declarations() const noexcept { return declarations_; }

private:
    Manifest manifest_;
    std::unique_ptr<config::Section> config_;
    std::unique_ptr<Logger> log_;
    bool required_;
    std::unique_ptr<DeclarationRecorder> recorder_;  ///< stays, so that a late use of Setup throws
    std::unique_ptr<Plugin> plugin_;
    Declarations declarations_;
    bool start_called_ = false;
    std::atomic<State> state_{State::loaded};
};

}  // namespace kitchen::plugin
