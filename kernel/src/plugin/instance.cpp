#include "plugin/instance.h"

#include <utility>

#include "plugin/guarded.h"

namespace kitchen::plugin {

std::string_view to_string(State state) noexcept {
    switch (state) {
        case State::loaded: return "loaded";
        case State::constructed: return "constructed";
        case State::started: return "started";
        case State::stopped: return "stopped";
        case State::failed: return "failed";
        case State::isolated: return "isolated";
    }
    return "failed";
}

Instance::Instance(Manifest manifest, std::unique_ptr<config::Section> config,
                   std::unique_ptr<Logger> log, bool required)
    : manifest_(std::move(manifest)),
      config_(std::move(config)),
      log_(std::move(log)),
      required_(required) {}

Instance::~Instance() { destroy(); }

Status Instance::check_settings(const Problems::Report& report) {
    return guarded(manifest_.id(), "the check of its settings", [&]() -> Status {
        manifest_.descriptor().check_settings(*config_, report);
        return {};
    });
}

Status Instance::construct(const Registry& registry) {
    Status done = guarded(manifest_.id(), "its constructor", [&]() -> Status {
        recorder_ = std::make_unique<DeclarationRecorder>(manifest_, *config_, *log_, registry);
        plugin_ = manifest_.descriptor().create(*recorder_);
        declarations_ = recorder_->finish();
        return {};
    });
    state_ = done ? State::constructed : State::failed;
    return done;
}

Status Instance::start() {
    start_called_ = true;
    Status done = guarded(manifest_.id(), "start", [&]() -> Status {
        plugin_->start();
        return {};
    });
    state_ = done ? State::started : State::failed;
    return done;
}

Status Instance::drain() {
    if (state_ != State::started) return {};
    return guarded(manifest_.id(), "drain", [&]() -> Status {
        plugin_->drain();
        return {};
    });
}

Status Instance::stop() {
    if (!std::exchange(start_called_, false)) return {};
    Status done = guarded(manifest_.id(), "stop", [&]() -> Status {
        plugin_->stop();
        return {};
    });
    state_ = done ? State::stopped : State::failed;
    return done;
}

void Instance::destroy() noexcept {
    // What it declared holds closures of its own: they go first.
    declarations_ = Declarations{};
    if (Status done = guarded(manifest_.id(), "its destructor",
                              [&]() -> Status {
                                  plugin_.reset();
                                  return {};
                              });
        !done)
        log_->error("plugin failed", {{"phase", "destroy"}, {"reason", done.error().detail}});
    recorder_.reset();
    if (state_ != State::isolated) state_ = State::loaded;
}

}  // namespace kitchen::plugin
