// What counts: one cell a series. All relaxed atomics, since no cell says anything about another.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/metrics.h"

namespace kitchen::observe {

class CounterCell final : public Counter {
public:
    void add(double amount) noexcept override {
        if (amount > 0) value_.fetch_add(amount, std::memory_order_relaxed);  // NaN is not > 0
    }
    double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

class GaugeCell final : public Gauge {
public:
    void set(double value) noexcept override { value_.store(value, std::memory_order_relaxed); }
    void add(double amount) noexcept override {
        value_.fetch_add(amount, std::memory_order_relaxed);
    }
    double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

/// The sum is added after its bucket: a scrape in between may see an observation without its share
/// of the sum, never a count that its buckets do not add up to.
class HistogramCell final : public Histogram {
public:
    explicit HistogramCell(const std::vector<double>& bounds)
        : bounds_(bounds), counts_(bounds.size() + 1) {}

    void observe(double value) noexcept override {
        if (std::isnan(value)) return;
        const auto bucket =
            std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
        counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }
    using Histogram::observe;

    const std::vector<double>& bounds() const noexcept { return bounds_; }
    /// Of one bucket alone; the last one is "+Inf".
    std::uint64_t count(std::size_t bucket) const noexcept {
        return counts_[bucket].load(std::memory_order_relaxed);
    }
    double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

private:
    const std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_{0};
};

/// A value that is kept elsewhere, until the handle has been dropped.
class Sampler {
public:
    explicit Sampler(std::function<double()> read) : read_(std::move(read)) {}
    /// NaN when there is nothing to report.
    double value() {
        const std::lock_guard lock(mutex_);
        try {
            return read_ ? read_() : std::nan("");
        } catch (...) {
            return std::nan(
                "");  // one broken part must not cost the operator the sight of all others
        }
    }
    /// No call is under way once it has returned.
    void drop() {
        const std::lock_guard lock(mutex_);
        read_ = nullptr;
    }

private:
    std::mutex mutex_;
    std::function<double()> read_;
};

// The text of the cells: the Prometheus format, version 0.0.4, a line at a time
// (https://prometheus.io/docs/instrumenting/exposition_formats/).

enum class MetricType { counter, gauge, histogram };

/// The lines before the series of a metric. `help` is one line without a backslash.
void append_head(std::string& out, std::string_view name, std::string_view help, MetricType type);
/// `name{a="1",b="2"} `: the value follows.
void append_series(std::string& out, std::string_view name, const MetricLabels& labels);
/// The value, and the end of the line.
void append_value(std::string& out, double value);
/// All lines of one histogram.
void append_histogram(std::string& out, std::string_view name, const MetricLabels& labels,
                      const HistogramCell& cell);

}  // namespace kitchen::observe
