// The plugin `outbox`: mails that go out after what they tell of has happened.
#include "kitchen/plugin.h"

#include <memory>
#include <stdexcept>

#include "migrations.gen.h"
#include "outbox_routes.h"
#include "outbox_service.h"
#include "outbox_worker.h"

namespace kitchen::outbox {
namespace {

/// Everything that lives from start to stop.
struct Parts {
    Parts(Services& services, const WorkerSettings& settings)
        : mails(services.get<Store>()),
          service(services.get<Store>(), services.get<Clock>(), services.get<Random>(), mails),
          worker(services.get<Store>(), services.get<Mailer>(), services.get<Clock>(), services.get<Random>(), services.log(), mails, settings) {}

    OutboxRepository mails;
    OutboxService service;
    OutboxWorker worker;
};

// The service exists from start() on, when the store can be had; what is provided before is the plugin itself.
class OutboxPlugin final : public Plugin, public Outbox {
public:
    void configure(Setup& setup) override {
        const Config& config = setup.config();
        settings_.lease = config.duration("lease");
        settings_.max_attempts = config.integer("max_attempts");
        settings_.backoff = {config.duration("backoff.base"), config.duration("backoff.cap")};
        if (settings_.backoff.cap < settings_.backoff.base) throw std::invalid_argument("backoff.cap: must not be shorter than backoff.base");
        kept_ = config.duration("keep");
        log_ = &setup.log();
        setup.add_migrations(kitchen_migrations);
        setup.provide<Outbox>(*this);
        routes_.declare(setup);
        setup.add_periodic("outbox: send", config.duration("poll_interval"), [this] { parts_->worker.run(); });
        setup.add_periodic("outbox: forget old mails", std::chrono::hours(1), [this] { sweep(); });
        setup.add_health_check("outbox", false, [this] { return parts_->service.check(); });
    }
    void start(Services& services) override {
        parts_ = std::make_unique<Parts>(services, settings_);
        routes_.serve(parts_->service, *log_);
    }
    void drain() override {
        if (parts_) parts_->worker.stop();
    }

    Status enqueue(Transaction& tx, const Mail& mail) override { return parts_->service.enqueue(tx, mail); }
    Status enqueue(const Mail& mail) override { return parts_->service.enqueue(mail); }

private:
    void sweep() {
        const Result<std::int64_t> swept = parts_->service.sweep(kept_);
        if (!swept) log_->warn("old mails were not swept", {{"code", swept.error().code}});
    }

    WorkerSettings settings_;
    std::chrono::milliseconds kept_{};
    Logger* log_ = nullptr;
    OutboxRoutes routes_;
    std::unique_ptr<Parts> parts_;
};

constexpr kitchen_need needs[] = {{"store/1", 0}, {"mailer/1", 0}};
constexpr const char* provides[] = {"outbox/1"};
constexpr kitchen_config_key config_keys[] = {
    {"poll_interval", KITCHEN_CONFIG_DURATION, "1s", 0, "10ms..10m", "How often it is looked for mails that are due"},
    {"lease", KITCHEN_CONFIG_DURATION, "5m", 0, "1s..1d", "How long one attempt may take; longer than the mailer's own timeout"},
    {"max_attempts", KITCHEN_CONFIG_INTEGER, "16", 0, "1..100", "Then a mail is a dead letter"},
    {"backoff.base", KITCHEN_CONFIG_DURATION, "10s", 0, "10ms..1h", "Longest wait after the first failure; doubles with each"},
    {"backoff.cap", KITCHEN_CONFIG_DURATION, "1h", 0, "10ms..1d", "Longest wait of all"},
    {"keep", KITCHEN_CONFIG_DURATION, "30d", 0, "1d..3650d", "How long sent mails (without their text) and dead letters are kept"},
};

}  // namespace
}  // namespace kitchen::outbox

KITCHEN_PLUGIN(kitchen::outbox::OutboxPlugin, {.id = "outbox",
                                               .version = "1.0.0",
                                               .summary = "Mails that go out after what they tell of has happened",
                                               .needs = kitchen::outbox::needs,
                                               .provides = kitchen::outbox::provides,
                                               .config = kitchen::outbox::config_keys})
