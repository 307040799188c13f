#include "channels.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kitchen::outbox {
namespace {

using std::chrono::milliseconds;

Counter& attempts(Metrics& metrics, const std::string& channel, const char* outcome) {
    return metrics.counter("kitchen_outbox_attempts_total",
                           "Attempts to hand over a delivery; failed: will be tried again.",
                           {{"channel", channel}, {"outcome", outcome}});
}

}  // namespace

OpenChannel::OpenChannel(std::string name, Channel channel, const Clock& clock, Metrics& metrics,
                         milliseconds pause)
    : sent(attempts(metrics, name, "sent")),
      failed(attempts(metrics, name, "failed")),
      dead(attempts(metrics, name, "dead")),
      name_(std::move(name)),
      channel_(std::move(channel)),
      clock_(clock),
      pause_(pause) {}

milliseconds OpenChannel::quiet_for() const {
    const auto left = std::chrono::ceil<milliseconds>(quiet_until_.load() - clock_.steady_now());
    return std::max(left, milliseconds(0));
}

void OpenChannel::be_quiet(milliseconds time) { quiet_until_ = clock_.steady_now() + time; }

void OpenChannel::note_failure() {
    if (++failures_ < Channels::failures_in_a_row) return;
    failures_ = 0;
    be_quiet(std::max(pause_, quiet_for()));
}

OpenChannel& Channels::add(std::string name, Channel channel) {
    if (find(name)) throw std::logic_error("two channels of deliveries are called " + name);
    auto opened = std::make_unique<OpenChannel>(name, std::move(channel), clock_, metrics_, pause_);
    return *channels_.emplace(std::move(name), std::move(opened)).first->second;
}

OpenChannel* Channels::find(std::string_view name) const {
    const auto found = channels_.find(name);
    return found == channels_.end() ? nullptr : found->second.get();
}

std::vector<OpenChannel*> Channels::all() const {
    std::vector<OpenChannel*> all;
    for (const auto& entry : channels_) all.push_back(entry.second.get());
    return all;
}

milliseconds Channels::quiet_for() const {
    milliseconds least = milliseconds::max();
    for (const auto& entry : channels_) least = std::min(least, entry.second->quiet_for());
    return channels_.empty() ? milliseconds(0) : least;
}

}  // namespace kitchen::outbox
