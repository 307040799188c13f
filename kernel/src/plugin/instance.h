// One plugin in one kernel, from create to destroy. Every call into its code is guarded here:
// whatever it throws becomes an error that names the plugin and the phase.
//
// Thread-safety: the phases on one thread, in order; state() from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kitchen/plugin.h"
#include "plugin/declarations.h"
#include "plugin/library.h"
#include "plugin/registry.h"

namespace kitchen::plugin {

enum class State : std::uint8_t { loaded, created, configured, started, stopped, failed };
std::string_view to_string(State state) noexcept;

class Instance {
public:
    Instance(Manifest manifest, std::unique_ptr<Config> config, std::unique_ptr<Logger> log,
             bool required);
    /// Destroys the plugin. It must have been stopped when it was started.
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    // The phases. An error's detail reads "plugin 'x' failed in start: …".
    Status create();
    Status configure();
    Status start(const Registry& registry);
    Status drain();
    /// Does nothing unless started: what a failed start() had opened belongs to the plugin's
    /// destructor.
    Status stop();
    void destroy() noexcept;

    const Manifest& manifest() const noexcept { return manifest_; }
    std::string id() const { return std::string(manifest_.id()); }
    bool required() const noexcept { return required_; }
    State state() const noexcept { return state_.load(); }
    /// Empty before configure() has succeeded.
    Declarations& declarations() noexcept { return declarations_; }
    const Declarations& declarations() const noexcept { return declarations_; }

private:
    class LimitedServices;
    template <class Call>
    Status guard(std::string_view phase, Call&& call);

    Manifest manifest_;
    std::unique_ptr<Config> config_;
    std::unique_ptr<Logger> log_;
    bool required_;
    Plugin* plugin_ = nullptr;
    Declarations declarations_;
    std::unique_ptr<Services> services_;
    std::atomic<State> state_{State::loaded};
};

}  // namespace kitchen::plugin
