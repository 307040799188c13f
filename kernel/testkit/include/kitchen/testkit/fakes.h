// Stand-ins for what the kernel provides, for tests of a plugin's classes without a kernel.
//
// Thread-safety: as the interfaces say; the setters too.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/sms.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"

namespace kitchen::testkit {

/// Stands still until moved. Begins at 2026-01-01T12:00:00Z; wall and steady time move together.
class ManualClock : public Clock {
public:
    Timestamp now() const override { return from_millis(start_millis + moved_.load()); }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::hours(1) +
                                                     std::chrono::milliseconds(moved_.load()));
    }
    void advance(std::chrono::milliseconds by) { moved_ += by.count(); }

private:
    static constexpr std::int64_t start_millis = 1'767'268'800'000;
    std::atomic<std::int64_t> moved_{0};
};

/// Repeatable bytes from a seed.
class SeededRandom : public Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}
    void fill(std::span<std::byte> out) override {
        std::lock_guard lock(mutex_);
        for (auto& b : out) b = static_cast<std::byte>(engine_());
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

/// Keeps every message, fields as key=value, one line each.
class RecordingLogger : public Logger {
public:
    bool enabled(LogLevel) const noexcept override { return true; }
    void write(LogLevel, std::string_view message,
               std::span<const LogField> fields) noexcept override;
    std::vector<std::string> lines() const;
    bool contains(std::string_view text) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// Takes every message; can be told to fail.
template <class Sender, class Message>
class RecordingSender : public Sender {
public:
    Status send(const Message& message) override {
        std::lock_guard lock(mutex_);
        if (failure_) return *failure_;
        sent_.push_back(message);
        return {};
    }
    std::vector<Message> sent() const {
        std::lock_guard lock(mutex_);
        return sent_;
    }
    void fail_with(std::optional<Error> failure) {
        std::lock_guard lock(mutex_);
        failure_ = std::move(failure);
    }

private:
    mutable std::mutex mutex_;
    std::vector<Message> sent_;
    std::optional<Error> failure_;
};

class RecordingMailer : public RecordingSender<Mailer, Mail> {
public:
    std::vector<Mail> mails() const { return sent(); }
};
using RecordingSmsSender = RecordingSender<SmsSender, Sms>;

/// Keeps every value, by the series' name as /metrics would show it, labels in order:
/// `kitchen_mails_total{outcome="sent"}`.
class RecordingMetrics : public Metrics {
public:
    RecordingMetrics();
    ~RecordingMetrics() override;
    Counter& counter(std::string_view name, std::string_view help,
                     MetricLabels labels = {}) override;
    Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {}) override;
    Histogram& histogram(std::string_view name, std::string_view help, MetricLabels labels = {},
                         std::span<const double> bounds = duration_bounds) override;
    std::shared_ptr<void> sampled_counter(std::string_view name, std::string_view help,
                                          MetricLabels labels,
                                          std::function<double()> read) override;
    std::shared_ptr<void> sampled_gauge(std::string_view name, std::string_view help,
                                        MetricLabels labels, std::function<double()> read) override;

    /// 0 for a series that was never asked for; of a histogram, how many observations.
    double value(const std::string& series) const;

private:
    class Cell;
    Cell& cell(std::string_view name, MetricLabels labels);

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Cell>> cells_;
};

/// Whatever trace a test sets. Thread-safety: one thread.
class ManualTracing : public Tracing {
public:
    TraceContext current;
    TraceContext outgoing() override { return current; }
    void resume(const TraceContext& context, const std::function<void()>& work) override {
        const TraceContext before = std::exchange(current, context);
        work();
        current = before;
    }
};

/// Runs each posted job when run_all() is called, on the caller's thread.
class ManualJobs : public Jobs {
public:
    bool post(std::string name, std::function<void()> work) override {
        return post_after(std::chrono::milliseconds(0), std::move(name), std::move(work));
    }
    bool post_after(std::chrono::milliseconds, std::string, std::function<void()> work) override {
        std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
        return true;
    }
    /// One queue for all names.
    Jobs& queue(std::string_view, unsigned) override { return *this; }
    /// Also what those jobs post. Returns how many ran.
    int run_all() {
        int ran = 0;
        for (;;) {
            std::function<void()> work;
            {
                std::lock_guard lock(mutex_);
                if (queue_.empty()) return ran;
                work = std::move(queue_.front());
                queue_.erase(queue_.begin());
            }
            work();
            ++ran;
        }
    }

private:
    std::mutex mutex_;
    std::vector<std::function<void()>> queue_;
};

}  // namespace kitchen::testkit
