#include "plugin/instance.h"

#include <exception>
#include <stdexcept>
#include <utility>

#include "plugin/gate.h"

namespace kitchen::plugin {

std::string_view to_string(State state) noexcept {
    switch (state) {
        case State::loaded: return "loaded";
        case State::created: return "created";
        case State::configured: return "configured";
        case State::started: return "started";
        case State::stopped: return "stopped";
        case State::failed: return "failed";
    }
    return "failed";
}

/// Shows a plugin only what its descriptor needs.
class Instance::LimitedServices : public Services {
public:
    LimitedServices(const Instance& owner, const Registry& registry)
        : owner_(owner), registry_(registry) {}
    Logger& log() const override { return *owner_.log_; }

protected:
    void* lookup(std::string_view interface_name) const override {
        if (!is_kernel_interface(interface_name) && !owner_.manifest_.declares_need(interface_name))
            throw std::logic_error("it asks for " + std::string(interface_name) +
                                   ", which its descriptor does not need");
        return registry_.bound(interface_name);
    }

private:
    const Instance& owner_;
    const Registry& registry_;
};

Instance::Instance(Manifest manifest, std::unique_ptr<Config> config, std::unique_ptr<Logger> log,
                   bool required)
    : manifest_(std::move(manifest)),
      config_(std::move(config)),
      log_(std::move(log)),
      required_(required) {}

Instance::~Instance() { destroy(); }

template <class Call>
Status Instance::guard(std::string_view phase, Call&& call) {
    const auto failed = [&](const std::string& why) {
        return Error(Errc::internal, "plugin_failed",
                     "plugin '" + id() + "' failed in " + std::string(phase) + ": " + why);
    };
    try {
        call();
        return {};
    } catch (const std::exception& e) {
        return failed(e.what());
    } catch (...) {
        return failed("it threw something that is not a std::exception");
    }
}

Status Instance::create() {
    Status done = guard("create", [&] {
        plugin_ = static_cast<Plugin*>(manifest_.descriptor().create());
        if (!plugin_) throw std::runtime_error("create() gave nothing");
    });
    state_ = done ? State::created : State::failed;
    return done;
}

Status Instance::configure() {
    Status done = guard("configure", [&] {
        DeclarationRecorder recorder(manifest_, *config_, *log_);
        plugin_->configure(recorder);
        declarations_ = recorder.finish();
    });
    state_ = done ? State::configured : State::failed;
    return done;
}

Status Instance::start(const Registry& registry) {
    services_ = std::make_unique<LimitedServices>(*this, registry);
    Status done = guard("start", [&] { plugin_->start(*services_); });
    state_ = done ? State::started : State::failed;
    return done;
}

Status Instance::drain() {
    if (state_ != State::started) return {};
    return guard("drain", [&] { plugin_->drain(); });
}

Status Instance::stop() {
    if (state_ != State::started) return {};
    Status done = guard("stop", [&] { plugin_->stop(); });
    state_ = done ? State::stopped : State::failed;
    return done;
}

void Instance::destroy() noexcept {
    // What it declared holds closures of its own: they go first.
    declarations_ = Declarations{};
    if (!plugin_) return;
    Plugin* plugin = std::exchange(plugin_, nullptr);
    if (Status done = guard("destroy", [&] { manifest_.descriptor().destroy(plugin); }); !done)
        log_->error("plugin failed", {{"phase", "destroy"}, {"reason", done.error().detail}});
}

}  // namespace kitchen::plugin
