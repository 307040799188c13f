// The kernel's metrics/1, and what a scrape is answered with.
//
// The cells that count are atomics (metric_cells.h); metrics_text.cpp writes them.
//
// Thread-safety: all calls, from any thread. A scrape holds no lock while it calls samplers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kitchen/log.h"
#include "kitchen/metrics.h"

namespace kitchen::observe {

class MetricsRegistry final : public Metrics {
public:
    static constexpr std::size_t usual_limit = 10'000;
    /// Content-Type of text().
    static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

    /// `log` must outlive the registry. `series_limit` is for tests.
    explicit MetricsRegistry(Logger& log, std::size_t series_limit = usual_limit);
    ~MetricsRegistry() override;

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

    /// All series in the Prometheus text format (0.0.4), ordered by name and labels.
    std::string text() const;

private:
    struct Impl;
    class SamplerHandle;
    const std::shared_ptr<Impl> impl_;  ///< shared with the handles of samplers
};

/// Adds the process as Prometheus's own client libraries describe it, from /proc:
/// process_cpu_seconds_total, process_resident_memory_bytes, …. What /proc does not tell is left
/// out of the scrape. Call it once, and keep what it returns for as long as scrapes may come.
std::vector<std::shared_ptr<void>> sample_process(Metrics& metrics);

}  // namespace kitchen::observe
