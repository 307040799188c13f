// The plugin `outbox`: mails that go out after what they tell of has happened.
#include "kitchen/plugin_v1.h"

#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>

#include "migrations.gen.h"
#include "outbox_routes.h"
#include "outbox_service.h"
#include "outbox_worker.h"
#include "queue_transport.h"

namespace kitchen::outbox {
namespace {

struct Settings {
    WorkerSettings worker;
    std::chrono::milliseconds kept{}, overdue{};
};

/// Everything that lives from start to stop.
struct Parts {
    Parts(Services& services, const Settings& settings)
        : store(services.get<Store>()),
          clock(services.get<Clock>()),
          random(services.get<Random>()),
          mails(store),
          service(store, clock, random, services.get<Tracing>(), mails, writers,
                  [this](std::int64_t id) {
                      if (transport) transport->note(id);
                  }),
          worker(store, services.get<Mailer>(), clock, random, services.log(),
                 services.get<Metrics>(), services.get<Tracing>(), mails, writers,
                 settings.worker) {
        if (Queue* queue = services.find<Queue>())
            transport.emplace(*queue, clock, random, services.log(), worker, settings.worker,
                              settings.overdue);
        waiting = services.get<Metrics>().sampled_gauge(
            "kitchen_outbox_waiting_mails", "Mails of the outbox that wait to be sent.", {},
            [this] {
                const Result<std::int64_t> count = service.waiting();
                return count ? static_cast<double>(*count) : std::nan("");
            });
    }

    Store& store;
    const Clock& clock;
    Random& random;
    OutboxRepository mails;
    MailWriters writers;
    OutboxService service;
    OutboxWorker worker;
    std::optional<QueueTransport> transport;  ///< when there is a queue
    std::shared_ptr<void> waiting;
};

// The service exists from start() on, when the store can be had; what is provided before is the
// plugin itself.
class OutboxPlugin final : public PluginV1, public Outbox {
public:
    void configure(Setup& setup) override {
        const Config& config = config_v1(setup);
        WorkerSettings& worker = settings_.worker;
        worker.lease = config.duration("lease");
        worker.max_attempts = config.integer("max_attempts");
        worker.backoff = {config.duration("backoff.base"), config.duration("backoff.cap")};
        if (worker.backoff.cap < worker.backoff.base)
            throw std::invalid_argument("backoff.cap: must not be shorter than backoff.base");
        settings_.kept = config.duration("keep");
        settings_.overdue = config.duration("overdue");
        log_ = &setup.log();
        setup.add_migrations(kitchen_migrations);
        setup.provide<Outbox>(*this);
        routes_.declare(setup);
        setup.add_periodic("outbox: send", config.duration("poll_interval"), [this] { send(); });
        setup.add_periodic("outbox: forget old mails", std::chrono::hours(1), [this] { sweep(); });
        setup.add_health_check("outbox", false, [this] { return parts_->service.check(); });
    }
    void start(Services& services) override {
        parts_ = std::make_unique<Parts>(services, settings_);
        routes_.serve(parts_->service, *log_);
    }
    void drain() override {
        if (!parts_) return;
        parts_->worker.stop();
        if (parts_->transport) parts_->transport->request_stop();
    }
    void stop() override {
        if (!parts_) return;
        parts_->waiting.reset();
        if (parts_->transport) parts_->transport->stop();
    }

    Status enqueue(Transaction& tx, const Mail& mail) override {
        return parts_->service.enqueue(tx, mail);
    }
    Status enqueue(Transaction& tx, const UnwrittenMail& mail) override {
        return parts_->service.enqueue(tx, mail);
    }
    void add_writer(std::string name, MailWriter& writer) override {
        parts_->service.add_writer(std::move(name), writer);
    }
    Status enqueue(const Mail& mail) override { return parts_->service.enqueue(mail); }

private:
    void send() {
        if (parts_->transport)
            parts_->transport->run();
        else
            parts_->worker.run();
    }
    void sweep() {
        const Result<std::int64_t> swept = parts_->service.sweep(settings_.kept);
        if (!swept) log_->warn("old mails were not swept", {{"code", swept.error().code}});
    }

    Settings settings_;
    Logger* log_ = nullptr;
    OutboxRoutes routes_;
    std::unique_ptr<Parts> parts_;
};

constexpr kitchen_need needs[] = {{"store/1", 0}, {"mailer/1", 0}, {"queue/1", 1}};
constexpr const char* provides[] = {"outbox/1"};
constexpr kitchen_config_key config_keys[] = {
    {"poll_interval", KITCHEN_CONFIG_DURATION, "1s", 0, "10ms..10m",
     "How often it is looked for mails that are due; with a queue, for mails written here"},
    {"lease", KITCHEN_CONFIG_DURATION, "5m", 0, "1s..1d",
     "How long one attempt may take; longer than the mailer's own timeout"},
    {"max_attempts", KITCHEN_CONFIG_INTEGER, "16", 0, "1..100", "Then a mail is a dead letter"},
    {"backoff.base", KITCHEN_CONFIG_DURATION, "10s", 0, "10ms..1h",
     "Longest wait after the first failure; doubles with each"},
    {"backoff.cap", KITCHEN_CONFIG_DURATION, "1h", 0, "10ms..1d", "Longest wait of all"},
    {"overdue", KITCHEN_CONFIG_DURATION, "1m", 0, "10ms..1h",
     "With a queue: mails due for so long are sent without it; also how often they are looked for"},
    {"keep", KITCHEN_CONFIG_DURATION, "30d", 0, "1d..3650d",
     "How long sent mails (without their text) and dead letters are kept"},
};

}  // namespace
}  // namespace kitchen::outbox

KITCHEN_PLUGIN_V1(kitchen::outbox::OutboxPlugin,
                  {.id = "outbox",
                   .version = "1.0.0",
                   .summary = "Mails that go out after what they tell of has happened",
                   .needs = kitchen::outbox::needs,
                   .provides = kitchen::outbox::provides,
                   .config = kitchen::outbox::config_keys})
