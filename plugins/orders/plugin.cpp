// The plugin `orders`: from a cart to a served order.
#include "kitchen/plugin_v1.h"

#include <memory>
#include <stdexcept>

#include "events/event_routes.h"
#include "kitchen/metrics.h"
#include "migrations.gen.h"
#include "order_mails.h"
#include "order_routes.h"

namespace kitchen::orders {
namespace {

/// Everything that lives from start to stop.
struct Parts {
    Parts(Services& services, const CheckoutRules& rules, Outbox* outbox,
          const std::string& mail_templates, const ListenerLimits& limits)
        : feed(services.get<Store>()),
          hub(feed, services.get<Jobs>(), services.find<Cache>(), services.get<Random>(),
              services.log(), limits),
          orders(services.get<Store>()),
          mails(outbox ? std::make_unique<OrderMails>(*outbox, services.get<Identity>(),
                                                      services.get<Store>(), orders, mail_templates)
                       : nullptr),
          idempotency(services.get<Store>()),
          checkout(services.get<Store>(), services.get<Carts>(), services.get<Catalog>(),
                   services.get<Identity>(), services.get<Clock>(), orders, idempotency, rules,
                   mails.get(), services.find<Addresses>(), [this] { hub.changed(); }),
          service(services.get<Store>(), services.get<Catalog>(), services.get<Clock>(), orders,
                  mails.get(), [this] { hub.changed(); }),
          streams(services.get<Metrics>().sampled_gauge(
              "kitchen_order_event_streams", "Streams of order events that are open.", {},
              [this] { return static_cast<double>(hub.listeners()); })) {}

    OrderFeed feed;
    EventHub hub;
    OrderRepository orders;
    const std::unique_ptr<OrderMails> mails;
    IdempotencyRepository idempotency;
    CheckoutService checkout;
    OrderService service;
    std::shared_ptr<void> streams;  ///< the gauge
};

class OrdersPlugin final : public PluginV1 {
public:
    void configure(Setup& setup) override {
        const Config& config = config_v1(setup);
        rules_.fees = {config.integer("delivery_fee"), config.integer("service_fee_basis_points"),
                       config.integer("tax_basis_points")};
        rules_.schedule_window = config.duration("schedule_window");
        rules_.idempotency_window = config.duration("idempotency_window");
        rules_.require_address = config.boolean("require_address");
        send_mails_ = config.boolean("mail.enabled");
        mail_templates_ = config.text("mail.templates");
        log_ = &setup.log();
        setup.add_migrations(kitchen_migrations);
        routes_.declare(setup);
        limits_.all = static_cast<std::size_t>(config.integer("events.max_streams"));
        limits_.per_user = static_cast<std::size_t>(config.integer("events.max_streams_per_user"));
        event_options_ = {config.duration("events.max_age"), config.duration("events.retry")};
        event_routes_.declare(setup);
        setup.add_periodic("orders: look for events", config.duration("events.poll"),
                           [this] { parts_->hub.poll(); });
        setup.add_periodic("orders: heartbeats", config.duration("events.heartbeat"),
                           [this] { parts_->hub.beat(); });
        setup.add_periodic("orders: forget idempotency keys", std::chrono::minutes(10),
                           [this] { sweep(); });
    }

    void start(Services& services) override {
        Outbox* const outbox = send_mails_ ? services.find<Outbox>() : nullptr;
        if (send_mails_ && !outbox)
            throw std::runtime_error(
                "mail.enabled needs a plugin that provides outbox/1; add 'outbox' to the plugins, "
                "or set it to false");
        parts_ = std::make_unique<Parts>(services, rules_, outbox, mail_templates_, limits_);
        routes_.serve(parts_->checkout, parts_->service, *log_);
        event_routes_.serve(event_options_, parts_->hub, parts_->feed, parts_->service,
                            services.get<Clock>(), services.get<Random>());
        parts_->hub.open();
    }

    void drain() override { parts_->hub.close(); }

    void stop() override {
        parts_->hub.close();
        parts_->streams.reset();
    }

private:
    void sweep() {
        const Result<std::int64_t> swept = parts_->checkout.sweep();
        if (!swept) log_->warn("idempotency keys were not swept", {{"code", swept.error().code}});
    }

    CheckoutRules rules_;
    bool send_mails_ = false;
    std::string mail_templates_;
    Logger* log_ = nullptr;
    ListenerLimits limits_;
    EventStreamOptions event_options_;
    OrderRoutes routes_;
    EventRoutes event_routes_;
    std::unique_ptr<Parts> parts_;
};

constexpr kitchen_need needs[] = {{"store/1", 0},    {"cart/1", 0},      {"catalog/1", 0},
                                  {"identity/1", 0}, {"addresses/1", 1}, {"outbox/1", 1},
                                  {"cache/1", 1}};
constexpr kitchen_config_key config_keys[] = {
    {"delivery_fee", KITCHEN_CONFIG_INTEGER, "0", 0, "0..1000000000",
     "Minor units added to every delivery"},
    {"service_fee_basis_points", KITCHEN_CONFIG_INTEGER, "0", 0, "0..10000",
     "Share of the foods' price, in 1/100 percent"},
    {"tax_basis_points", KITCHEN_CONFIG_INTEGER, "0", 0, "0..10000",
     "Share of foods, delivery and service, in 1/100 percent"},
    {"schedule_window", KITCHEN_CONFIG_DURATION, "14d", 0, "1h..365d",
     "How far ahead an order may be scheduled"},
    {"idempotency_window", KITCHEN_CONFIG_DURATION, "24h", 0, "1m..30d",
     "How long the answer to an Idempotency-Key is kept"},
    {"require_address", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr,
     "Refuse a delivery without an address, where there is an address book"},
    {"mail.enabled", KITCHEN_CONFIG_BOOLEAN, "false", 0, nullptr,
     "Mails to the customer when an order is placed or moved; needs outbox/1"},
    {"mail.templates", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Folder with templates for those mails; empty: the built-in ones"},
    {"events.max_streams", KITCHEN_CONFIG_INTEGER, "1000", 0, "1..1000000",
     "Streams of events open in this process; then 503"},
    {"events.max_streams_per_user", KITCHEN_CONFIG_INTEGER, "10", 0, "1..1000000",
     "Of these, of one account; then 429"},
    {"events.poll", KITCHEN_CONFIG_DURATION, "2s", 0, "10ms..1m",
     "Longest that a change goes unnoticed when no word of it came"},
    {"events.heartbeat", KITCHEN_CONFIG_DURATION, "15s", 0, "10ms..10m",
     "Between two comments that keep a quiet stream alive"},
    {"events.max_age", KITCHEN_CONFIG_DURATION, "1h", 0, "10ms..24h",
     "Then a stream ends, and the client has to sign in again"},
    {"events.retry", KITCHEN_CONFIG_DURATION, "2s", 0, "0s..10m",
     "How long clients are told to wait before they connect again"},
};

}  // namespace
}  // namespace kitchen::orders

KITCHEN_PLUGIN_V1(
    kitchen::orders::OrdersPlugin,
    {.id = "orders",
     .version = "1.0.0",
     .summary = "Orders: checkout in one transaction, and their way through the kitchen",
     .needs = kitchen::orders::needs,
     .config = kitchen::orders::config_keys})
