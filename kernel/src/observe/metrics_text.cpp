#include "observe/metric_cells.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace kitchen::observe {

namespace {

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> room;
    return {room.data(), std::to_chars(room.data(), room.data() + room.size(), value).ptr};
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append("=\"");
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

/// With the label "le", when it is not empty.
void append_series(std::string& out, std::string_view name, const MetricLabels& labels,
                   std::string_view le) {
    out += name;
    char before = '{';
    for (const auto& [label, value] : labels) {
        out += std::exchange(before, ',');
        append_label(out, label, value);
    }
    if (!le.empty()) {
        out += std::exchange(before, ',');
        append_label(out, "le", le);
    }
    if (before == ',') out += '}';
    out += ' ';
}

}  // namespace

void append_head(std::string& out, std::string_view name, std::string_view help, MetricType type) {
    constexpr std::string_view types[] = {"counter", "gauge", "histogram"};
    out.append("# HELP ").append(name).append(" ").append(help);
    out.append("\n# TYPE ").append(name).append(" ");
    out.append(types[static_cast<std::size_t>(type)]).append("\n");
}

void append_series(std::string& out, std::string_view name, const MetricLabels& labels) {
    append_series(out, name, labels, {});
}

void append_value(std::string& out, double value) { out.append(number(value)).append("\n"); }

void append_histogram(std::string& out, std::string_view name, const MetricLabels& labels,
                      const HistogramCell& cell) {
    const std::string bucket = std::string(name) + "_bucket";
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= cell.bounds().size(); ++i) {
        count += cell.count(i);
        append_series(out, bucket, labels,
                      i < cell.bounds().size() ? number(cell.bounds()[i]) : "+Inf");
        out.append(std::to_string(count)).append("\n");
    }
    append_series(out, std::string(name) + "_sum", labels);
    append_value(out, cell.sum());
    append_series(out, std::string(name) + "_count", labels);
    out.append(std::to_string(count)).append("\n");
}

}  // namespace kitchen::observe
