// metrics/1: numbers about the running program, read by Prometheus at /metrics.
//
//     refused_ = &services.get<Metrics>().counter("kitchen_rate_limit_refusals_total", "Requests
//     refused by a rate limit.",
//                                                 {{"policy", "login"}});
//     refused_->add();
//
// Ask for each series once, at start, and keep the reference: asking takes a lock, adding does not.
// The same name and labels give the same series.
//
// Names follow https://prometheus.io/docs/practices/naming/: letters, digits and '_', what belongs
// to the kernel's own plugins begins with "kitchen_"; base units (seconds, bytes) at the end;
// counters, and only they, end in "_total". All series of one name have the same type and label
// names. A label's value comes from a small set that the program knows: never a path, an id or
// anything a client wrote. One name takes at most 10,000 series; further ones are counted together
// under the value "overflow".
//
// What breaks these rules is a bug and throws std::logic_error.
//
// Thread-safety: all calls, from any thread; counting takes no lock. Owned by the kernel; lives
// longer than every plugin.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kitchen {

/// Name and value; the order does not matter.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Only grows.
class Counter {
public:
    /// A negative amount, or one that is no number, is ignored.
    virtual void add(double amount = 1) noexcept = 0;

protected:
    ~Counter() = default;
};

/// Goes up and down.
class Gauge {
public:
    virtual void set(double value) noexcept = 0;
    virtual void add(double amount) noexcept = 0;

protected:
    ~Gauge() = default;
};

/// How many observations fell below each bound, and their sum.
class Histogram {
public:
    virtual void observe(double value) noexcept = 0;
    /// In seconds.
    void observe(std::chrono::nanoseconds duration) noexcept {
        observe(std::chrono::duration<double>(duration).count());
    }

protected:
    ~Histogram() = default;
};

/// Upper bounds for the time something takes, in seconds: from a cache in memory to a request that
/// no caller waits for any more.
inline constexpr double duration_bounds[] = {
    0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

class Metrics {
public:
    using Interface = Metrics;
    static constexpr std::string_view interface_name = "metrics/1";
    virtual ~Metrics() = default;

    /// `help` is one sentence on one line; the first one given for a name stays. References live as
    /// long as the kernel.
    virtual Counter& counter(std::string_view name, std::string_view help,
                             MetricLabels labels = {}) = 0;
    virtual Gauge& gauge(std::string_view name, std::string_view help,
                         MetricLabels labels = {}) = 0;
    /// `bounds` ascend; they are those of the first series of that name. "+Inf" is added by itself.
    virtual Histogram& histogram(std::string_view name, std::string_view help,
                                 MetricLabels labels = {},
                                 std::span<const double> bounds = duration_bounds) = 0;

    /// A counter or gauge that is kept elsewhere: `read` is called at each scrape, on a thread that
    /// may block for a moment, until the returned handle is destroyed; no call is under way once
    /// its destructor has returned. NaN, or an exception: nothing to report this time. `read` must
    /// not call Metrics. A series that exists already is refused.
    [[nodiscard]] virtual std::shared_ptr<void> sampled_counter(std::string_view name,
                                                                std::string_view help,
                                                                MetricLabels labels,
                                                                std::function<double()> read) = 0;
    [[nodiscard]] virtual std::shared_ptr<void> sampled_gauge(std::string_view name,
                                                              std::string_view help,
                                                              MetricLabels labels,
                                                              std::function<double()> read) = 0;
};

}  // namespace kitchen
