#include "plugin/instance.h"

#include <exception>
#include <stdexcept>
#include <utility>

#include "observe/current_plugin.h"
#include "plugin/gate.h"

namespace kitchen::plugin {

std::string_view to_string(State state) noexcept {
    switch (state) {
        case State::loaded: return "loaded";
        case State::constructed: return "constructed";
        case State::started: return "started";
        case State::stopped: return "stopped";
        case State::failed: return "failed";
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

template <class Call>
Status Instance::guard(std::string_view phase, Call&& call) {
    const auto failed = [&](const std::string& why) {
        return Error(Errc::internal, "plugin_failed",
                     "plugin '" + id() + "' failed in " + std::string(phase) + ": " + why);
    };
    const observe::CurrentPlugin current(manifest_.id(), phase);
    try {
        call();
        return {};
    } catch (const std::exception& e) {
        return failed(e.what());
    } catch (...) {
        return failed("it threw something that is not a std::exception");
    }
}

Status Instance::check_settings(const Problems::Report& report) {
    return guard("the check of its settings",
                 [&] { manifest_.descriptor().check_settings(*config_, report); });
}

Status Instance::construct(const Registry& registry) {
    Status done = guard("its constructor", [&] {
        recorder_ = std::make_unique<DeclarationRecorder>(
            manifest_, *config_, *log_,
            [&registry](std::string_view name) { return registry.find(name); });
        plugin_ = manifest_.descriptor().create(*recorder_);
        declarations_ = recorder_->finish();
    });
    state_ = done ? State::constructed : State::failed;
    return done;
}

Status Instance::start() {
    start_called_ = true;
    Status done = guard("start", [&] { plugin_->start(); });
    state_ = done ? State::started : State::failed;
    return done;
}

Status Instance::drain() {
    if (state_ != State::started) return {};
    return guard("drain", [&] { plugin_->drain(); });
}

Status Instance::stop() {
    if (!std::exchange(start_called_, false)) return {};
    Status done = guard("stop", [&] { plugin_->stop(); });
    state_ = done ? State::stopped : State::failed;
    return done;
}

void Instance::destroy() noexcept {
    // What it declared holds closures of its own: they go first.
    declarations_ = Declarations{};
    if (Status done = guard("its destructor", [&] { plugin_.reset(); }); !done)
        log_->error("plugin failed", {{"phase", "destroy"}, {"reason", done.error().detail}});
    recorder_.reset();
    state_ = State::loaded;
}

}  // namespace kitchen::plugin
