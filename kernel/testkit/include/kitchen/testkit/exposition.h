// Reads what /metrics answers, and is stricter than Prometheus about it: every line must be in the
// text format 0.0.4, every sample under its family's HELP and TYPE, no family or series twice, and
// histograms must add up.
//
// Thread-safety: plain values.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kitchen::testkit {

struct Exposition {
    std::map<std::string, std::string> types;  ///< by family: "counter", "gauge", "histogram"
    std::map<std::string, double> samples;     ///< by series as written: `x_total{a="1",b="2"}`

    /// Throws std::runtime_error that names the line.
    static Exposition parse(std::string_view text);

    /// 0 when there is no such series.
    double value(const std::string& series) const {
        const auto found = samples.find(series);
        return found == samples.end() ? 0 : found->second;
    }
    bool has(const std::string& series) const { return samples.contains(series); }
};

}  // namespace kitchen::testkit
