// The plugin `orders`: from a cart to a served order.
#include "kitchen/plugin.h"

#include <memory>

#include "events/event_routes.h"
#include "kitchen/metrics.h"
#include "kitchen/order_events.h"
#include "migrations.gen.h"
#include "order_routes.h"
#include "order_rules.h"

namespace kitchen::orders {
namespace {

struct EventSettings {
    std::size_t max_streams = 1000;
    std::size_t max_streams_per_user = 10;
    std::chrono::milliseconds poll = std::chrono::seconds(2);
    std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
    std::chrono::milliseconds max_age = EventStreamOptions().max_age;
    std::chrono::milliseconds retry = EventStreamOptions().retry;

    static void describe(Fields<EventSettings>& field) {
        using namespace std::chrono_literals;
        using S = EventSettings;
        field("max_streams", &S::max_streams, "Streams of events open in this process; then 503")
            .between(1, 1'000'000);
        field("max_streams_per_user", &S::max_streams_per_user,
              "Of these, of one account; then 429")
            .between(1, 1'000'000);
        field("poll", &S::poll, "Longest that a change goes unnoticed when no message of it came")
            .between(10ms, 1min);
        field("heartbeat", &S::heartbeat, "Between two comments that keep a quiet stream alive")
            .between(10ms, 10min);
        field("max_age", &S::max_age, "Then a stream ends, and the client has to sign in again")
            .between(10ms, 24h);
        field("retry", &S::retry, "How long clients are told to wait before they connect again")
            .between(0s, 10min);
    }
};

struct OrderSettings {
    std::chrono::milliseconds schedule_window = CheckoutRules().schedule_window;
    std::chrono::milliseconds idempotency_window = CheckoutRules().idempotency_window;
    bool require_address = CheckoutRules().require_address;
    std::chrono::milliseconds step_budget = std::chrono::seconds(2);
    EventSettings events;

    static void describe(Fields<OrderSettings>& field) {
        using namespace std::chrono_literals;
        using S = OrderSettings;
        field("schedule_window", &S::schedule_window, "How far ahead an order may be scheduled")
            .between(1h, 365 * 24h);
        field("idempotency_window", &S::idempotency_window, "How long an Idempotency-Key is kept")
            .between(1min, 30 * 24h);
        field("require_address", &S::require_address,
              "Refuse a delivery without an address, where there is an address book");
        field("step_budget", &S::step_budget,
              "How long one step of the checkout may take; then the order is refused")
            .between(10ms, 30s);
        field.group("events", &S::events);
    }

    CheckoutRules rules() const { return {schedule_window, idempotency_window, require_address}; }
};

class OrdersPlugin final : public Plugin {
public:
    using Settings = OrderSettings;

    OrdersPlugin(const OrderSettings& settings, Setup& setup, Store& store, Carts& carts,
                 Catalog& catalog, Identity& identity, Claims& claims, Events& events,
                 All<CheckoutStep> steps, Addresses* addresses, PersonalData* personal,
                 Cache* cache, const Clock& clock, Random& random, Jobs& jobs, Metrics& metrics)
        : log_(setup.log()),
          orders_(store),
          idempotency_(store),
          feed_(store),
          hub_(feed_, jobs, cache, random, log_,
               {settings.events.max_streams, settings.events.max_streams_per_user}),
          notices_(events, [this] { hub_.changed(); }),
          steps_(std::move(steps), log_, settings.step_budget),
          checkout_(store, carts, catalog, identity, claims, clock, orders_, idempotency_, steps_,
                    notices_, settings.rules(), addresses),
          service_(store, catalog, claims, clock, orders_, notices_),
          routes_(setup, checkout_, service_, log_, catalog.time_zone()),
          event_routes_({settings.events.max_age, settings.events.retry}, setup, store, identity,
                        cache, hub_, feed_, service_, clock, random),
          streams_(metrics.sampled_gauge(
              "kitchen_order_event_streams", "Streams of order events that are open.", {},
              [this] { return static_cast<double>(hub_.listeners()); })) {
        events.declare<OrderPlaced>(setup);
        events.declare<OrderMoved>(setup);
        setup.provide<Orders>(service_);
        setup.add_migrations(kitchen_migrations);
        add_order_rules(setup, store, claims);
        add_kept_claims(setup, store, claims);
        if (personal) add_personal_orders(*personal, setup, store);
        setup.add_periodic("orders: look for events", settings.events.poll,
                           [this] { hub_.poll(); });
        setup.add_periodic("orders: heartbeats", settings.events.heartbeat, [this] {
            hub_.beat([this](const Principal& who) { return event_routes_.is_current(who); });
        });
        setup.add_periodic("orders: forget idempotency keys", std::chrono::minutes(10),
                           [this] { sweep(); }, {.once_per_cluster = true});
    }

    void start() override { hub_.open(); }
    void drain() override { hub_.close(); }
    void stop() override {
        hub_.close();
        streams_.reset();
    }

private:
    void sweep() {
        const Result<std::int64_t> swept = checkout_.sweep();
        if (!swept) log_.warn("idempotency keys were not swept", {{"code", swept.error().code}});
    }

    Logger& log_;
    const OrderRepository orders_;
    const IdempotencyRepository idempotency_;
    OrderFeed feed_;
    EventHub hub_;
    const OrderNotices notices_;
    const CheckoutSteps steps_;
    CheckoutService checkout_;
    OrderService service_;
    OrderRoutes routes_;
    EventRoutes event_routes_;
    std::shared_ptr<void> streams_;  ///< the gauge
};

}  // namespace
}  // namespace kitchen::orders

KITCHEN_PLUGIN(kitchen::orders::OrdersPlugin, "orders", "1.0.0",
               "Orders: checkout in one transaction, and their way through the kitchen",
               kitchen::Store, kitchen::Carts, kitchen::Catalog, kitchen::Identity, kitchen::Claims,
               kitchen::Events, kitchen::All<kitchen::CheckoutStep>,
               kitchen::Optional<kitchen::Addresses>, kitchen::Optional<kitchen::PersonalData>,
               kitchen::Optional<kitchen::Cache>, kitchen::Clock, kitchen::Random, kitchen::Jobs,
               kitchen::Metrics, kitchen::Provides<kitchen::Orders>)
