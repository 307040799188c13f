// The Prometheus text format, version 0.0.4, a line at a time
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/metrics.h"
#include "observe/metric_cells.h"

namespace kitchen::observe {

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
