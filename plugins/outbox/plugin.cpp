// The plugin `outbox`: mails that go out after what they tell of has happened.
#include "kitchen/plugin.h"

#include <cmath>
#include <memory>
#include <optional>

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
              "How often it is looked for mails that are due; with a queue, for mails written here")
            .between(10ms, 10min);
        field("lease", &S::lease,
              "How long one attempt may take; longer than the mailer's own timeout")
            .between(1s, 24h);
        field("max_attempts", &S::max_attempts, "Then a mail is a dead letter").between(1, 100);
        field("backoff.base", &S::backoff_base,
              "Longest wait after the first failure; doubles with each")
            .between(10ms, 1h);
        field("backoff.cap", &S::backoff_cap, "Longest wait of all").between(10ms, 24h);
        field("overdue", &S::overdue,
              "With a queue: mails due for so long are sent without it; also how often they are "
              "looked for")
            .between(10ms, 1h);
        field("keep", &S::keep,
              "How long sent mails (without their text) and dead letters are kept")
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

class OutboxPlugin final : public Plugin {
public:
    using Settings = OutboxSettings;

    OutboxPlugin(const OutboxSettings& settings, Setup& setup, Store& store, Mailer& mailer,
                 Queue* queue, const Clock& clock, Random& random, Metrics& metrics,
                 Tracing& tracing)
        : log_(setup.log()),
          keep_(settings.keep),
          mails_(store),
          service_(store, clock, random, tracing, mails_, writers_,
                   [this](std::int64_t id) {
                       if (transport_) transport_->note(id);
                   }),
          worker_(store, mailer, clock, random, log_, metrics, tracing, mails_, writers_,
                  settings.worker()),
          routes_(setup, service_, log_),
          waiting_(metrics.sampled_gauge("kitchen_outbox_waiting_mails",
                                         "Mails of the outbox that wait to be sent.", {}, [this] {
                                             const Result<std::int64_t> count = service_.waiting();
                                             return count ? static_cast<double>(*count)
                                                          : std::nan("");
                                         })) {
        if (queue)
            transport_.emplace(*queue, clock, random, log_, worker_, settings.worker(),
                               settings.overdue);
        setup.add_migrations(kitchen_migrations);
        setup.provide<Outbox>(service_);
        setup.add_periodic("outbox: send", settings.poll_interval, [this] { send(); });
        setup.add_periodic("outbox: forget old mails", std::chrono::hours(1), [this] { sweep(); });
        setup.add_health_check("outbox", false, [this] { return service_.check(); });
    }

    void drain() override {
        worker_.stop();
        if (transport_) transport_->request_stop();
    }
    void stop() override {
        waiting_.reset();
        if (transport_) transport_->stop();
    }

private:
    void send() {
        if (transport_)
            transport_->run();
        else
            worker_.run();
    }
    void sweep() {
        const Result<std::int64_t> swept = service_.sweep(keep_);
        if (!swept) log_.warn("old mails were not swept", {{"code", swept.error().code}});
    }

    Logger& log_;
    const std::chrono::milliseconds keep_;
    OutboxRepository mails_;
    MailWriters writers_;
    OutboxService service_;
    OutboxWorker worker_;
    std::optional<QueueTransport> transport_;  ///< when there is a queue
    OutboxRoutes routes_;
    std::shared_ptr<void> waiting_;  ///< the gauge
};

}  // namespace
}  // namespace kitchen::outbox

KITCHEN_PLUGIN(kitchen::outbox::OutboxPlugin, "outbox", "1.0.0",
               "Mails that go out after what they tell of has happened", kitchen::Store,
               kitchen::Mailer, kitchen::Optional<kitchen::Queue>, kitchen::Clock, kitchen::Random,
               kitchen::Metrics, kitchen::Tracing, kitchen::Provides<kitchen::Outbox>)
