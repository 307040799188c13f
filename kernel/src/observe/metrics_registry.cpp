#include "observe/metrics_registry.h"

#include <deque>
#include <map>
#include <stdexcept>

#include "kitchen/utf8.h"
#include "observe/metric_cells.h"

namespace kitchen::observe {

namespace {

constexpr std::string_view overflow = "overflow";

[[noreturn]] void refuse(std::string_view name, const std::string& what) {
    throw std::logic_error("the metric '" + std::string(name) + "' " + what);
}

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

void check_name(std::string_view name, std::string_view help, MetricType type) {
    if (!is_name(name)) refuse(name, "is not named in letters, digits and '_'");
    const bool is_counter = type == MetricType::counter;
    if (name.ends_with("_total") != is_counter)
        refuse(name, is_counter ? "counts, so its name must end in _total"
                                : "is no counter, so its name must not end in _total");
    const bool is_line = std::none_of(help.begin(), help.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f || c == '\\';
    });
    if (help.empty() || !is_line || !utf8::is_valid(help))
        refuse(name, "has no help of one plain line");
}

/// Sorted by name, so that the order in which they were given makes no other series.
MetricLabels checked(std::string_view name, MetricLabels labels, MetricType type) {
    std::sort(labels.begin(), labels.end());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::string& label = labels[i].first;
        if (!is_name(label) || label.starts_with("__") ||
            (type == MetricType::histogram && label == "le"))
            refuse(name, "cannot have the label '" + label + "'");
        if (i > 0 && labels[i - 1].first == label)
            refuse(name, "has the label '" + label + "' twice");
        // Prometheus would drop the whole scrape for it.
        if (!utf8::is_valid(labels[i].second)) labels[i].second = "invalid";
    }
    return labels;
}

bool same_names(const MetricLabels& a, const MetricLabels& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first; });
}

/// One of the four is set.
struct Series {
    std::unique_ptr<CounterCell> counter;
    std::unique_ptr<GaugeCell> gauge;
    std::unique_ptr<HistogramCell> histogram;
    std::shared_ptr<Sampler> sampler;
};

struct Family {
    MetricType type;
    std::string help;
    std::vector<double> bounds;
    std::map<MetricLabels, Series> series;
};

}  // namespace

struct MetricsRegistry::Impl : std::enable_shared_from_this<MetricsRegistry::Impl> {
    Impl(Logger& l, std::size_t most) : log(l), series_limit(most) {}

    Family& family(std::string_view name, std::string_view help, MetricType type);
    Series& series(Family& in, std::string_view name, MetricLabels labels);
    std::shared_ptr<void> sample(std::string_view name, std::string_view help, MetricLabels labels,
                                 MetricType type, std::function<double()> read);
    void forget(std::string_view name, const Sampler& sampler);
    std::string text() const;

    Logger& log;
    const std::size_t series_limit;
    mutable std::mutex mutex;
    std::map<std::string, Family, std::less<>> families;
};

/// What a plugin holds as long as it wants to be asked.
class MetricsRegistry::SamplerHandle {
public:
    SamplerHandle(std::shared_ptr<Impl> registry, std::string name,
                  std::shared_ptr<Sampler> sampler)
        : registry_(std::move(registry)), name_(std::move(name)), sampler_(std::move(sampler)) {}
    SamplerHandle(const SamplerHandle&) = delete;
    SamplerHandle& operator=(const SamplerHandle&) = delete;
    ~SamplerHandle() {
        sampler_->drop();
        registry_->forget(name_, *sampler_);
    }

private:
    const std::shared_ptr<Impl> registry_;
    const std::string name_;
    const std::shared_ptr<Sampler> sampler_;
};

Family& MetricsRegistry::Impl::family(std::string_view name, std::string_view help,
                                      MetricType type) {
    if (const auto found = families.find(name); found != families.end()) {
        if (found->second.type != type) refuse(name, "exists already, and is of another type");
        return found->second;
    }
    check_name(name, help, type);
    return families.emplace(std::string(name), Family{type, std::string(help), {}, {}})
        .first->second;
}

Series& MetricsRegistry::Impl::series(Family& in, std::string_view name, MetricLabels labels) {
    labels = checked(name, std::move(labels), in.type);
    if (!in.series.empty() && !same_names(in.series.begin()->first, labels))
        refuse(name, "has other labels than its first series");
    const auto found = in.series.find(labels);
    if (found != in.series.end()) return found->second;
    if (in.series.size() >= series_limit) {
        if (in.series.size() == series_limit)
            log.warn("a metric has too many series", {{"metric", name}, {"limit", series_limit}});
        for (auto& [label, value] : labels) value = overflow;
    }
    return in.series[std::move(labels)];
}

std::shared_ptr<void> MetricsRegistry::Impl::sample(std::string_view name, std::string_view help,
                                                    MetricLabels labels, MetricType type,
                                                    std::function<double()> read) {
    auto sampler = std::make_shared<Sampler>(std::move(read));
    const std::lock_guard lock(mutex);
    Series& place = series(family(name, help, type), name, std::move(labels));
    if (place.counter || place.gauge || place.sampler) refuse(name, "has that series already");
    place.sampler = sampler;
    return std::make_shared<SamplerHandle>(shared_from_this(), std::string(name),
                                           std::move(sampler));
}

void MetricsRegistry::Impl::forget(std::string_view name, const Sampler& sampler) {
    const std::lock_guard lock(mutex);
    std::erase_if(families.find(name)->second.series,
                  [&](const auto& entry) { return entry.second.sampler.get() == &sampler; });
}

std::string MetricsRegistry::Impl::text() const {
    // What the cells hold is written under the lock; samplers, which may take their time, are asked
    // after it.
    struct Lines {
        std::string text;                  // complete, or all but the value of the sampler
        std::shared_ptr<Sampler> sampler;  // may be null
    };
    struct Block {
        std::string head;
        std::vector<Lines> series;
    };
    std::vector<Block> blocks;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [name, family] : families) {
            Block& block = blocks.emplace_back();
            append_head(block.head, name, family.help, family.type);
            for (const auto& [labels, series] : family.series) {
                Lines& lines = block.series.emplace_back(Lines{{}, series.sampler});
                if (series.histogram) {
                    append_histogram(lines.text, name, labels, *series.histogram);
                    continue;
                }
                append_series(lines.text, name, labels);
                if (series.counter) append_value(lines.text, series.counter->value());
                if (series.gauge) append_value(lines.text, series.gauge->value());
            }
        }
    }
    std::string out;
    for (Block& block : blocks) {
        for (Lines& lines : block.series) {
            if (lines.sampler) {
                const double value = lines.sampler->value();
                if (std::isnan(value)) continue;
                append_value(lines.text, value);
            }
            out.append(std::exchange(block.head, {})).append(lines.text);
        }
    }
    return out;
}

MetricsRegistry::MetricsRegistry(Logger& log, std::size_t series_limit)
    : impl_(std::make_shared<Impl>(log, series_limit)) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                  MetricLabels labels) {
    const std::lock_guard lock(impl_->mutex);
    Series& found =
        impl_->series(impl_->family(name, help, MetricType::counter), name, std::move(labels));
    if (found.sampler) refuse(name, "is sampled");
    if (!found.counter) found.counter = std::make_unique<CounterCell>();
    return *found.counter;
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
    const std::lock_guard lock(impl_->mutex);
    Series& found =
        impl_->series(impl_->family(name, help, MetricType::gauge), name, std::move(labels));
    if (found.sampler) refuse(name, "is sampled");
    if (!found.gauge) found.gauge = std::make_unique<GaugeCell>();
    return *found.gauge;
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      MetricLabels labels, std::span<const double> bounds) {
    const std::lock_guard lock(impl_->mutex);
    Family& in = impl_->family(name, help, MetricType::histogram);
    const bool ascend =
        std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) == bounds.end() &&
        std::all_of(bounds.begin(), bounds.end(),
                    [](double bound) { return std::isfinite(bound); });
    if (bounds.empty() || !ascend) refuse(name, "has no ascending bounds");
    if (in.bounds.empty()) in.bounds.assign(bounds.begin(), bounds.end());
    Series& found = impl_->series(in, name, std::move(labels));
    if (!found.histogram) found.histogram = std::make_unique<HistogramCell>(in.bounds);
    return *found.histogram;
}

std::string MetricsRegistry::text() const { return impl_->text(); }

std::shared_ptr<void> MetricsRegistry::sampled_counter(std::string_view name, std::string_view help,
                                                       MetricLabels labels,
                                                       std::function<double()> read) {
    return impl_->sample(name, help, std::move(labels), MetricType::counter, std::move(read));
}

std::shared_ptr<void> MetricsRegistry::sampled_gauge(std::string_view name, std::string_view help,
                                                     MetricLabels labels,
                                                     std::function<double()> read) {
    return impl_->sample(name, help, std::move(labels), MetricType::gauge, std::move(read));
}

}  // namespace kitchen::observe
