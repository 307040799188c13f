// Wires the plugin; the work is done elsewhere.
#include "kitchen/events.h"
#include "kitchen/plugin.h"

#include "loyalty_routes.h"
#include "loyalty_service.h"
#include "migrations.gen.h"

namespace loyalty {

struct LoyaltySettings {
    std::int64_t kobo_per_point = 10'000;

    static void describe(kitchen::Fields<LoyaltySettings>& field) {
        field("kobo_per_point", &LoyaltySettings::kobo_per_point,
              "How much of an order's total earns one point")
            .min(1);
    }
};

class LoyaltyPlugin final : public kitchen::Plugin {
public:
    using Settings = LoyaltySettings;

    LoyaltyPlugin(const LoyaltySettings& settings, kitchen::Setup& setup, kitchen::Store& store,
                  kitchen::Events& events, const kitchen::Clock& clock)
        : service_(store, clock, settings.kobo_per_point), routes_(setup, service_) {
        using kitchen::OrderMoved, kitchen::OrderPlaced, kitchen::Transaction;
        setup.add_migrations(kitchen_migrations);
        events.on<OrderPlaced>(setup, "points", [this](Transaction& tx, const OrderPlaced& order) {
            return service_.order_placed(tx, order);
        });
        events.on<OrderMoved>(setup, "points", [this](Transaction& tx, const OrderMoved& order) {
            return service_.order_moved(tx, order);
        });
    }

private:
    LoyaltyService service_;
    LoyaltyRoutes routes_;
};

}  // namespace loyalty

KITCHEN_PLUGIN(loyalty::LoyaltyPlugin, "loyalty", "1.0.0", "Points for orders", kitchen::Store,
               kitchen::Events, kitchen::Clock)
