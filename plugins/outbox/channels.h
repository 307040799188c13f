// The ways out, and how each stands at the moment.
//
// Thread-safety: add() while plugins are constructed; the rest from any thread, afterwards.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/metrics.h"
#include "kitchen/outbox.h"

namespace kitchen::outbox {

class OpenChannel {
public:
    OpenChannel(std::string name, Channel channel, const Clock& clock, Metrics& metrics,
                std::chrono::milliseconds pause);

    const std::string& name() const { return name_; }
    bool keeps_sent() const { return channel_.keep_sent; }
    Status send(const Outgoing& delivery) const { return channel_.send(delivery); }

    /// How long it wants to be left alone; 0: not at all.
    std::chrono::milliseconds quiet_for() const;
    void be_quiet(std::chrono::milliseconds time);
    /// It has taken something, or refused it for good: it is well.
    void note_well() { failures_ = 0; }
    /// After some failures in a row it is left alone for the constructor's `pause`.
    void note_failure();

    Counter &sent, &failed, &dead;

private:
    const std::string name_;
    const Channel channel_;
    const Clock& clock_;
    const std::chrono::milliseconds pause_;
    std::atomic<int> failures_{0};
    std::atomic<std::chrono::steady_clock::time_point> quiet_until_{};
};

class Channels {
public:
    /// Failures in a row, after which a channel is left alone.
    static constexpr int failures_in_a_row = 3;

    Channels(const Clock& clock, Metrics& metrics, std::chrono::milliseconds pause)
        : clock_(clock), metrics_(metrics), pause_(pause) {}

    /// Throws std::logic_error when the name is taken.
    OpenChannel& add(std::string name, Channel channel);
    /// nullptr when its plugin is off.
    OpenChannel* find(std::string_view name) const;
    std::vector<OpenChannel*> all() const;
    /// How long all of them want to be left alone.
    std::chrono::milliseconds quiet_for() const;

private:
    const Clock& clock_;
    Metrics& metrics_;
    const std::chrono::milliseconds pause_;
    std::map<std::string, std::unique_ptr<OpenChannel>, std::less<>> channels_;
};

}  // namespace kitchen::outbox
