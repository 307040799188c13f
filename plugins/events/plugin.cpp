// The plugin `events`: provides events/1.
#include "kitchen/plugin.h"

#include <memory>

#include "event_bus.h"
#include "kitchen/metrics.h"
#include "migrations.gen.h"

namespace kitchen::events {
namespace {

struct EventsSettings {
    std::chrono::milliseconds poll = std::chrono::seconds(1);
    std::int64_t max_attempts = DeliveryRules().max_attempts;
    std::chrono::milliseconds backoff_base = DeliveryRules().backoff.base;
    std::chrono::milliseconds backoff_cap = DeliveryRules().backoff.cap;

    static void describe(Fields<EventsSettings>& field) {
        using namespace std::chrono_literals;
        using S = EventsSettings;
        field("poll", &S::poll, "How often to look for events of other replicas")
            .between(10ms, 1min);
        field("max_attempts", &S::max_attempts,
              "Failures in a row at one event; then its subscriber is parked")
            .between(1, 1000);
        field("backoff.base", &S::backoff_base, "Longest wait after the first failure; doubles")
            .between(10ms, 1h);
        field("backoff.cap", &S::backoff_cap, "Longest wait of all").between(10ms, 24h);
    }
};

class EventsPlugin final : public Plugin {
public:
    using Settings = EventsSettings;

    EventsPlugin(const EventsSettings& settings, Setup& setup, Store& store, Jobs& jobs,
                 const Clock& clock, Random& random, Metrics& metrics)
        : log_(store),
          bus_(store, log_, jobs, clock, random, setup.log(),
               {settings.max_attempts, {settings.backoff_base, settings.backoff_cap}}),
          store_(store),
          metrics_(metrics) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<Events>(bus_);
        add_event_rules(setup, store);
        add_kept_positions(setup, store);
        setup.add_periodic("events: deliver", settings.poll, [this] { bus_.poll(); });
        setup.add_health_check("events", false, [this] { return check(); });
        setup.add_command({"subscribers",
                           "List the subscribers of events, and how far each is",
                           {},
                           [this](CommandContext& context) { return list(context); }});
        setup.add_command({"resume-subscriber",
                           "Let a parked subscriber try again",
                           {{"name", "As `subscribers` lists it"}},
                           [this](CommandContext& context) { return resume(context); }});
    }

    void start() override {
        bus_.open().value();
        for (const std::string& name : bus_.subscribers()) {
            gauges_.push_back(metrics_.sampled_gauge(
                "kitchen_events_behind", "Events that a subscriber has still to handle.",
                {{"subscriber", name}},
                [this, name] { return static_cast<double>(bus_.standing(name).behind); }));
            gauges_.push_back(metrics_.sampled_gauge(
                "kitchen_events_parked", "1 for a subscriber that failed too often.",
                {{"subscriber", name}},
                [this, name] { return bus_.standing(name).is_parked ? 1.0 : 0.0; }));
        }
    }
    void drain() override { bus_.close(); }
    void stop() override {
        bus_.close();
        gauges_.clear();
    }

private:
    Status check() const {
        for (const std::string& name : bus_.subscribers())
            if (const EventBus::Standing standing = bus_.standing(name); standing.is_parked)
                return Error(Errc::unavailable, "subscriber_parked",
                             "The subscriber " + name + " is parked, " +
                                 std::to_string(standing.behind) + " events behind.");
        return {};
    }
    Status list(CommandContext& context) const {
        return store_.read([&](Transaction& tx) -> Status {
            Result<std::vector<Subscription>> subscribers = log_.subscribers(tx);
            if (!subscribers) return std::move(subscribers).error();
            Result<std::int64_t> head = log_.head(tx);
            if (!head) return std::move(head).error();
            for (const Subscription& one : *subscribers)
                context.print(one.name + "  " + std::to_string(one.position) + " of " +
                              std::to_string(*head) + (bus_.is_parked(one) ? "  parked" : "") +
                              (one.error.empty() ? "" : "  " + one.error));
            return {};
        });
    }
    Status resume(CommandContext& context) {
        const std::string name = context.option("name");
        if (Status resumed = bus_.resume(name); !resumed) return resumed;
        context.print("The subscriber " + name + " tries again.");
        return {};
    }

    EventLog log_;
    EventBus bus_;
    Store& store_;
    Metrics& metrics_;
    std::vector<std::shared_ptr<void>> gauges_;
};

}  // namespace
}  // namespace kitchen::events

KITCHEN_PLUGIN(kitchen::events::EventsPlugin, "events", "1.0.0",
               "What has happened, brought once to each plugin that acts on it", kitchen::Store,
               kitchen::Jobs, kitchen::Clock, kitchen::Random, kitchen::Metrics,
               kitchen::Provides<kitchen::Events>)
