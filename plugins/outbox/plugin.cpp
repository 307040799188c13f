// The plugin `outbox`: what goes out after what it tells of has happened.
#include "kitchen/plugin.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migrations.gen.h"
#include "outbox_routes.h"
#include "outbox_service.h"
#include "outbox_worker.h"
#include "queue_transport.h"

namespace kitchen::outbox {
namespace {

struct OutboxSettings {
    using Millis = std::chrono::milliseconds;

    Millis poll_interval = std::chrono::seconds(1);
    Millis lease = WorkerSettings().lease;
    std::int64_t max_attempts = WorkerSettings().max_attempts;
    Millis backoff_base = WorkerSettings().backoff.base;
    Millis backoff_cap = WorkerSettings().backoff.cap;
    Millis overdue = std::chrono::minutes(1);
    Millis keep = std::chrono::hours(30 * 24);

    static void describe(Fields<OutboxSettings>& field) {
        using namespace std::chrono_literals;
        using S = OutboxSettings;
        field("poll_interval", &S::poll_interval,
              "How often it is looked for what is due; with a queue, for what was written here")
            .between(10ms, 10min);
        field("lease", &S::lease,
              "How long one attempt may take; longer than any channel's own timeout")
            .between(1s, 24h);
        field("max_attempts", &S::max_attempts, "Then a delivery is a dead letter").between(1, 100);
        field(
            "backoff.base", &S::backoff_base,
            "Longest wait after the first failure; doubles with each. Also how long a channel that "
            "fails three times in a row is left alone")
            .between(10ms, 1h);
        field("backoff.cap", &S::backoff_cap, "Longest wait of all").between(10ms, 24h);
        field("overdue", &S::overdue,
              "With a queue: what has been due for so long is sent without it; also how often it "
              "is looked for")
            .between(10ms, 1h);
        field("keep", &S::keep,
              "How long what was sent (a mail without its text) and dead letters are kept")
            .between(24h, 3650 * 24h);
    }
    static void check(const OutboxSettings& settings, Problems& problems) {
        if (settings.backoff_cap < settings.backoff_base)
            problems.at(settings.backoff_cap, "must not be shorter than backoff.base");
    }

    WorkerSettings worker() const {
        WorkerSettings worker;
        worker.lease = lease;
        worker.max_attempts = max_attempts;
        worker.backoff = {backoff_base, backoff_cap};
        return worker;
    }
};

/// Those of its channels, and those that tell of its things.
constexpr std::string_view of_a_plugin =
    "WHERE channel = $1 OR channel LIKE $1 || '/%' OR delivery_key LIKE $1 || '/%'";

class OutboxPlugin final : public Plugin {
public:
    using Settings = OutboxSettings;

    OutboxPlugin(const OutboxSettings& settings, Setup& setup, Store& store, Queue* queue,
                 PersonalData* personal, const Clock& clock, Random& random, Metrics& metrics,
                 Tracing& tracing)
        : log_(setup.log()),
          metrics_(metrics),
          poll_interval_(settings.poll_interval),
          keep_(settings.keep),
          has_queue_(queue != nullptr),
          deliveries_(store),
          channels_(clock, metrics, settings.backoff_base),
          service_(store, clock, random, tracing, deliveries_, channels_,
                   {[this](std::int64_t id) {
                        if (transport_) transport_->note(id);
                    },
                    [this](Setup& owner, OpenChannel& channel) { run(owner, channel); }}),
          worker_(store, clock, random, log_, tracing, deliveries_, settings.worker()),
          routes_(setup, service_, log_) {
        if (queue) {
            transport_.emplace(*queue, clock, random, log_, worker_, channels_, settings.worker(),
                               settings.overdue);
            setup.add_periodic("outbox: send", settings.poll_interval,
                               [this] { transport_->run(); }, {.queue = "outbox"});
        }
        setup.add_migrations(kitchen_migrations);
        setup.provide<Outbox>(service_);
        if (personal) add_personal_deliveries(*personal, setup, store);
        setup.add_kept_rows(
            store.prepare("SELECT CASE WHEN state = 'waiting' THEN 'its deliveries that wait' ELSE "
                          "'its deliveries, sent or dead' END, COUNT(*) FROM outbox_deliveries " +
                          std::string(of_a_plugin) + " GROUP BY 1 ORDER BY 1"),
            {store.prepare("DELETE FROM outbox_deliveries " + std::string(of_a_plugin))});
        setup.add_periodic("outbox: forget old deliveries", std::chrono::hours(1),
                           [this] { sweep(); }, {.once_per_cluster = true});
        setup.add_health_check("outbox", false, [this] { return service_.check(); });
        setup.add_command({"retry-deliveries",
                           "Let all dead letters of a channel be tried again",
                           {{"channel", "As GET /admin/deliveries/ shows it"}},
                           [this](CommandContext& context) { return retry(context); }});
    }

    void drain() override {
        worker_.stop();
        if (transport_) transport_->request_stop();
    }
    void stop() override {
        gauges_.clear();
        if (transport_) transport_->stop();
    }

private:
    /// Each channel on a thread of its own.
    void run(Setup& owner, OpenChannel& channel) {
        gauges_.push_back(metrics_.sampled_gauge(
            "kitchen_outbox_waiting", "Deliveries that wait to be sent.",
            {{"channel", channel.name()}}, [this, &channel] {
                const Result<std::int64_t> count = service_.waiting(channel.name());
                return count ? static_cast<double>(*count) : std::nan("");
            }));
        std::function<void()> work = [this, &channel] { worker_.run(channel); };
        if (has_queue_)
            work = [this, &channel, look = std::make_shared<QueueTransport::Look>()] {
                transport_->run(channel, *look);
            };
        owner.add_periodic("outbox: send to " + channel.name(), poll_interval_, std::move(work),
                           {.queue = "outbox: " + channel.name()});
    }
    void sweep() {
        const Result<std::int64_t> swept = service_.sweep(keep_);
        if (!swept) log_.warn("old deliveries were not swept", {{"code", swept.error().code}});
    }
    Status retry(CommandContext& context) {
        const Result<std::int64_t> count = service_.retry_dead(context.option("channel"));
        if (!count) return count.error();
        context.print(std::to_string(*count) + " dead letters wait again.");
        return {};
    }

    Logger& log_;
    Metrics& metrics_;
    const std::chrono::milliseconds poll_interval_, keep_;
    const bool has_queue_;
    OutboxRepository deliveries_;
    Channels channels_;
    std::vector<std::shared_ptr<void>> gauges_;
    OutboxService service_;
    OutboxWorker worker_;
    std::optional<QueueTransport> transport_;  ///< when there is a queue
    OutboxRoutes routes_;
};

}  // namespace
}  // namespace kitchen::outbox

KITCHEN_PLUGIN(kitchen::outbox::OutboxPlugin, "outbox", "2.0.0",
               "What goes out after what it tells of has happened: mails, webhooks", kitchen::Store,
               kitchen::Optional<kitchen::Queue>, kitchen::Optional<kitchen::PersonalData>,
               kitchen::Clock, kitchen::Random, kitchen::Metrics, kitchen::Tracing,
               kitchen::Provides<kitchen::Outbox>)
