#include "observe/metrics_registry.h"

#include <atomic>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/exposition.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::observe {
namespace {

using testing::HasSubstr;
using testing::Not;
using testkit::Exposition;

class MetricsRegistryTest : public testing::Test {
protected:
    Exposition scrape() const { return Exposition::parse(metrics.text()); }

    testkit::RecordingLogger log;
    MetricsRegistry metrics{log};
};

TEST_F(MetricsRegistryTest, CountsInOneSeriesForOneNameAndSetOfLabels) {
    Counter& first = metrics.counter("kitchen_x_total", "X.", {{"a", "1"}, {"b", "2"}});
    EXPECT_EQ(&first,
              &metrics.counter("kitchen_x_total", "Other words.", {{"b", "2"}, {"a", "1"}}));
    Counter& other = metrics.counter("kitchen_x_total", "X.", {{"a", "1"}, {"b", "3"}});
    first.add();
    first.add(2.5);
    first.add(-7);
    first.add(std::numeric_limits<double>::quiet_NaN());
    other.add();
    EXPECT_EQ(metrics.text(),
              "# HELP kitchen_x_total X.\n# TYPE kitchen_x_total counter\n"
              "kitchen_x_total{a=\"1\",b=\"2\"} 3.5\nkitchen_x_total{a=\"1\",b=\"3\"} 1\n");
}

TEST_F(MetricsRegistryTest, KeepsGauges) {
    Gauge& gauge = metrics.gauge("kitchen_level", "Level.");
    gauge.set(5);
    gauge.add(-7);
    EXPECT_EQ(scrape().value("kitchen_level"), -2);
}

TEST_F(MetricsRegistryTest, PutsObservationsIntoBuckets) {
    constexpr double bounds[] = {0.1, 1};
    Histogram& histogram =
        metrics.histogram("kitchen_wait_seconds", "Wait.", {{"route", "/"}}, bounds);
    for (const double value : {0.05, 0.1, 0.5, 1.0, 30.0, std::numeric_limits<double>::quiet_NaN()})
        histogram.observe(value);
    histogram.observe(std::chrono::milliseconds(250));
    const Exposition seen = scrape();
    EXPECT_EQ(seen.value("kitchen_wait_seconds_bucket{route=\"/\",le=\"0.1\"}"), 2);
    EXPECT_EQ(seen.value("kitchen_wait_seconds_bucket{route=\"/\",le=\"1\"}"), 5);
    EXPECT_EQ(seen.value("kitchen_wait_seconds_bucket{route=\"/\",le=\"+Inf\"}"), 6);
    EXPECT_EQ(seen.value("kitchen_wait_seconds_count{route=\"/\"}"), 6);
    EXPECT_DOUBLE_EQ(seen.value("kitchen_wait_seconds_sum{route=\"/\"}"), 31.9);
}

TEST_F(MetricsRegistryTest, EscapesLabelValuesAndMendsWhatIsNotUtf8) {
    metrics.counter("kitchen_x_total", "X.", {{"a", "say \"hi\"\\\n# HELP"}}).add();
    metrics.counter("kitchen_x_total", "X.", {{"a", "\xff\xfe"}}).add();
    const Exposition seen = scrape();
    EXPECT_EQ(seen.value(R"(kitchen_x_total{a="say \"hi\"\\\n# HELP"})"), 1);
    EXPECT_EQ(seen.value("kitchen_x_total{a=\"invalid\"}"), 1);
}

TEST_F(MetricsRegistryTest, RefusesWhatBreaksTheRules) {
    metrics.counter("kitchen_x_total", "X.", {{"a", "1"}});
    constexpr double descending[] = {2, 1}, twice[] = {1, 1};
    const std::vector<std::function<void()>> wrong = {
        [&] { metrics.counter("kitchen_x", "X."); },
        [&] { metrics.gauge("kitchen_y_total", "Y."); },
        [&] {
            metrics.gauge("kitchen_x_total", "X.", {{"a", "1"}});
        },
        [&] { metrics.counter("9_total", "X."); },
        [&] { metrics.counter("a-b_total", "X."); },
        [&] { metrics.gauge("", "X."); },
        [&] { metrics.gauge("kitchen_y", ""); },
        [&] { metrics.gauge("kitchen_y", "Two\nlines."); },
        [&] { metrics.counter("kitchen_x_total", "X."); },
        [&] {
            metrics.counter("kitchen_x_total", "X.", {{"b", "1"}});
        },
        [&] {
            metrics.gauge("kitchen_y", "Y.", {{"a", "1"}, {"a", "2"}});
        },
        [&] {
            metrics.gauge("kitchen_y", "Y.", {{"__a", "1"}});
        },
        [&] {
            metrics.gauge("kitchen_y", "Y.", {{"a b", "1"}});
        },
        [&] {
            metrics.histogram("kitchen_h", "H.", {{"le", "1"}});
        },
        [&] { metrics.histogram("kitchen_h", "H.", {}, {}); },
        [&] { metrics.histogram("kitchen_h", "H.", {}, descending); },
        [&] { metrics.histogram("kitchen_h", "H.", {}, twice); },
        [&] {
            (void)metrics.sampled_counter("kitchen_x_total", "X.", {{"a", "1"}}, [] { return 1; });
        },
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) EXPECT_THROW(wrong[i](), std::logic_error) << i;
    EXPECT_EQ(scrape().samples.size(), 1u);
}

TEST_F(MetricsRegistryTest, CountsTogetherWhatIsTooMuch) {
    MetricsRegistry small(log, 2);
    for (int i = 0; i < 100; ++i)
        small.counter("kitchen_x_total", "X.", {{"id", std::to_string(i)}}).add();
    const Exposition seen = Exposition::parse(small.text());
    EXPECT_EQ(seen.samples.size(), 3u);
    EXPECT_EQ(seen.value("kitchen_x_total{id=\"overflow\"}"), 98);
    EXPECT_EQ(log.lines(), std::vector<std::string>{
                               "a metric has too many series metric=kitchen_x_total limit=2"});
}

TEST_F(MetricsRegistryTest, SamplesAtEachScrapeUntilTheHandleGoes) {
    double value = 1;
    auto handle = metrics.sampled_gauge("kitchen_size_bytes", "Size.", {{"of", "file"}},
                                        [&] { return value; });
    EXPECT_EQ(scrape().value("kitchen_size_bytes{of=\"file\"}"), 1);
    value = 2;
    EXPECT_EQ(scrape().value("kitchen_size_bytes{of=\"file\"}"), 2);
    value = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(metrics.text(), "");
    handle.reset();
    value = 3;
    EXPECT_EQ(metrics.text(), "");
    handle = metrics.sampled_gauge("kitchen_size_bytes", "Size.", {{"of", "file"}},
                                   [&] { return value; });
    EXPECT_EQ(scrape().value("kitchen_size_bytes{of=\"file\"}"), 3);
}

TEST_F(MetricsRegistryTest, LeavesOutASampleThatThrows) {
    const auto bad = metrics.sampled_counter("kitchen_bad_total", "Bad.", {},
                                             []() -> double { throw std::runtime_error("away"); });
    const auto good = metrics.sampled_counter("kitchen_good_total", "Good.", {}, [] { return 4; });
    EXPECT_EQ(scrape().value("kitchen_good_total"), 4);
    EXPECT_THAT(metrics.text(), Not(HasSubstr("kitchen_bad")));
}

TEST_F(MetricsRegistryTest, AHandleMayOutliveTheRegistry) {
    auto short_lived = std::make_unique<MetricsRegistry>(log);
    auto handle = short_lived->sampled_gauge("kitchen_y", "Y.", {}, [] { return 1; });
    short_lived.reset();
    handle.reset();
}

TEST_F(MetricsRegistryTest, LosesNothingBetweenThreads) {
    constexpr int threads = 4, rounds = 5000;
    std::atomic<int> running{threads};
    std::vector<std::thread> counting;
    for (int t = 0; t < threads; ++t)
        counting.emplace_back([&, t] {
            Counter& shared = metrics.counter("kitchen_x_total", "X.", {{"of", "all"}});
            Counter& own = metrics.counter("kitchen_x_total", "X.", {{"of", std::to_string(t)}});
            Histogram& histogram = metrics.histogram("kitchen_wait_seconds", "Wait.");
            for (int i = 0; i < rounds; ++i) {
                shared.add();
                own.add();
                histogram.observe(0.25);
                if (i % 1000 == 0)
                    (void)metrics.sampled_gauge("kitchen_z_" + std::to_string(t), "Z.", {},
                                                [] { return 1; });
            }
            --running;
        });
    while (running > 0) {
        const std::string text = metrics.text();
        if (!text.empty()) Exposition::parse(text);
    }
    for (auto& thread : counting) thread.join();
    const Exposition seen = scrape();
    EXPECT_EQ(seen.value("kitchen_x_total{of=\"all\"}"), threads * rounds);
    EXPECT_EQ(seen.value("kitchen_x_total{of=\"3\"}"), rounds);
    EXPECT_EQ(seen.value("kitchen_wait_seconds_count"), threads * rounds);
    EXPECT_EQ(seen.value("kitchen_wait_seconds_sum"), threads * rounds * 0.25);
}

TEST_F(MetricsRegistryTest, DescribesTheProcess) {
    const auto handles = sample_process(metrics);
    const Exposition seen = scrape();
    EXPECT_GE(seen.value("process_cpu_seconds_total"), 0);
    EXPECT_GT(seen.value("process_start_time_seconds"), 1'600'000'000);
    EXPECT_GT(seen.value("process_resident_memory_bytes"), 100'000);
    EXPECT_GT(seen.value("process_virtual_memory_bytes"),
              seen.value("process_resident_memory_bytes"));
    EXPECT_GE(seen.value("process_threads"), 1);
    EXPECT_GE(seen.value("process_open_fds"), 3);
    EXPECT_GT(seen.value("process_max_fds"), seen.value("process_open_fds"));
}

}  // namespace
}  // namespace kitchen::observe
