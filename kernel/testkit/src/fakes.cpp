#include "kitchen/testkit/fakes.h"

#include <algorithm>
#include <string>

namespace kitchen::testkit {

namespace {

std::string text_of(const LogField& field) {
    if (const auto* n = std::get_if<std::int64_t>(&field.value)) return std::to_string(*n);
    if (const auto* d = std::get_if<double>(&field.value)) return std::to_string(*d);
    if (const auto* b = std::get_if<bool>(&field.value)) return *b ? "true" : "false";
    return std::string(std::get<std::string_view>(field.value));
}

}  // namespace

void RecordingLogger::write(LogLevel, std::string_view message,
                            std::span<const LogField> fields) noexcept {
    std::string line(message);
    for (const LogField& field : fields)
        line.append(1, ' ').append(field.key).append(1, '=').append(text_of(field));
    std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
}

std::vector<std::string> RecordingLogger::lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
}

bool RecordingLogger::contains(std::string_view text) const {
    std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    });
}

class RecordingMetrics::Cell final : public Counter, public Gauge, public Histogram {
public:
    void add(double amount) noexcept override { value_ += amount; }
    void set(double value) noexcept override { value_ = value; }
    void observe(double) noexcept override { value_ += 1; }
    double value() const { return read ? read() : value_.load(); }

    std::function<double()> read;

private:
    std::atomic<double> value_{0};
};

RecordingMetrics::RecordingMetrics() = default;
RecordingMetrics::~RecordingMetrics() = default;

RecordingMetrics::Cell& RecordingMetrics::cell(std::string_view name, MetricLabels labels) {
    std::sort(labels.begin(), labels.end());
    std::string series(name);
    char before = '{';
    for (const auto& [label, value] : labels) {
        series.append(1, before).append(label).append("=\"").append(value).append("\"");
        before = ',';
    }
    if (!labels.empty()) series += '}';
    std::lock_guard lock(mutex_);
    auto& found = cells_[series];
    if (!found) found = std::make_shared<Cell>();
    return *found;
}

Counter& RecordingMetrics::counter(std::string_view name, std::string_view, MetricLabels labels) {
    return cell(name, std::move(labels));
}

Gauge& RecordingMetrics::gauge(std::string_view name, std::string_view, MetricLabels labels) {
    return cell(name, std::move(labels));
}

Histogram& RecordingMetrics::histogram(std::string_view name, std::string_view, MetricLabels labels,
                                       std::span<const double>) {
    return cell(name, std::move(labels));
}

std::shared_ptr<void> RecordingMetrics::sampled_counter(std::string_view name,
                                                        std::string_view help, MetricLabels labels,
                                                        std::function<double()> read) {
    return sampled_gauge(name, help, std::move(labels), std::move(read));
}

std::shared_ptr<void> RecordingMetrics::sampled_gauge(std::string_view name, std::string_view,
                                                      MetricLabels labels,
                                                      std::function<double()> read) {
    Cell& sampled = cell(name, std::move(labels));
    std::lock_guard lock(mutex_);
    sampled.read = std::move(read);
    return std::shared_ptr<void>(&sampled, [this](void* handle) {
        std::lock_guard inner(mutex_);
        static_cast<Cell*>(handle)->read = nullptr;
    });
}

double RecordingMetrics::value(const std::string& series) const {
    std::lock_guard lock(mutex_);
    const auto found = cells_.find(series);
    return found == cells_.end() ? 0 : found->second->value();
}

}  // namespace kitchen::testkit
