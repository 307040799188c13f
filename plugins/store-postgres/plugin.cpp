#include "kitchen/plugin.h"

#include <limits>
#include <stdexcept>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "postgres_store.h"

namespace {

using namespace kitchen;
using namespace std::chrono_literals;
using Standing = postgres::ReplicaStanding;

class PostgresPlugin final : public Plugin {
public:
    using Settings = postgres::Options;

    PostgresPlugin(const Settings& settings, Setup& setup, const Clock& clock, Jobs& jobs,
                   Metrics& metrics)
        : settings_(settings), log_(setup.log()), clock_(clock), store_(settings) {
        setup.provide<Store>(store_);
        setup.provide<StoreTransfer>(store_);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
        if (!settings_.replica_urls.empty()) follow_replicas(setup, jobs, metrics);
    }

    void start() override {
        if (auto opened = store_.open(settings_, &log_); !opened)
            throw std::runtime_error(opened.error().detail);
        log_.info("database opened", {{"at", postgres::place_of(settings_.url)},
                                      {"pool_size", settings_.connections()},
                                      {"replicas", settings_.replica_urls.size()}});
        if (!settings_.replica_urls.empty()) (void)store_.follow_primary(clock_.steady_now());
    }

    void stop() override { store_.close(); }

private:
    /// Each server is asked by a thread of its own: one that hangs says nothing of the others.
    void follow_replicas(Setup& setup, Jobs& jobs, Metrics& metrics) {
        const PeriodicOptions own = {.queue = "store-postgres: replicas"};
        const std::size_t count = settings_.replica_urls.size();
        jobs.queue(own.queue, static_cast<unsigned>(1 + count));
        const auto interval = settings_.replica_interval();
        setup.add_periodic(
            "follow the primary", interval,
            [this] { (void)store_.follow_primary(clock_.steady_now()); }, own);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string number = std::to_string(i + 1);
            setup.add_periodic(
                "follow replica " + number, interval, [this, i] { store_.look_at_replica(i); },
                own);
            setup.add_health_check("store-replica-" + number, false,
                                   [this, i] { return check(i); });
            measure(metrics, i, {{"replica", number}});
        }
    }

    Status check(std::size_t i) const {
        const postgres::ReplicaState state = store_.replica(i);
        if (state.standing == Standing::gone)
            return Error(Errc::unavailable, "store_replica", "The replica is out of reach.");
        if (state.standing == Standing::behind)
            return Error(Errc::unavailable, "store_replica",
                         "The replica is " + format_duration(state.lag.value_or(0ms)) + " behind.");
        if (state.standing == Standing::apart)
            return Error(Errc::unavailable, "store_replica",
                         "The replica has replayed what the primary does not have. Make it anew "
                         "from the primary.");
        return {};
    }

    void measure(Metrics& metrics, std::size_t i, const MetricLabels& labels) {
        samples_.push_back(metrics.sampled_counter(
            "kitchen_store_replica_reads_total", "Reads that a replica served.", labels,
            [this, i] { return static_cast<double>(store_.replica(i).reads); }));
        samples_.push_back(metrics.sampled_gauge(
            "kitchen_store_replica_fit", "Whether a replica may serve reads.", labels,
            [this, i] { return store_.replica(i).standing == Standing::fit ? 1.0 : 0.0; }));
        samples_.push_back(metrics.sampled_gauge(
            "kitchen_store_replica_lag_seconds", "How far a replica was behind when last asked.",
            labels, [this, i] {
                const auto lag = store_.replica(i).lag;
                return lag ? std::chrono::duration<double>(*lag).count()
                           : std::numeric_limits<double>::quiet_NaN();
            }));
    }

    const Settings settings_;
    Logger& log_;
    const Clock& clock_;
    postgres::PostgresStore store_;
    std::vector<std::shared_ptr<void>> samples_;
};

}  // namespace

KITCHEN_PLUGIN(PostgresPlugin, "store-postgres", "1.0.0", "Durable storage in PostgreSQL",
               kitchen::Clock, kitchen::Jobs, kitchen::Metrics, kitchen::Provides<kitchen::Store>,
               kitchen::Provides<kitchen::StoreTransfer>)
