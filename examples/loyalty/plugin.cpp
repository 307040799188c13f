// Wires the plugin; the work is done elsewhere.
#include "kitchen/plugin_v1.h"

#include <memory>

#include "loyalty_routes.h"
#include "loyalty_service.h"
#include "migrations.gen.h"

namespace loyalty {

class LoyaltyPlugin final : public kitchen::PluginV1 {
public:
    void configure(kitchen::Setup& setup) override {
        kobo_per_point_ = config_v1(setup).integer("kobo_per_point");
        setup.add_migrations(kitchen_migrations);
        routes_.declare(setup);
    }

    void start(kitchen::Services& services) override {
        service_ = std::make_unique<LoyaltyService>(
            services.get<kitchen::Store>(), services.get<kitchen::Clock>(), kobo_per_point_);
        routes_.serve(*service_);
    }

private:
    std::int64_t kobo_per_point_ = 0;
    LoyaltyRoutes routes_;
    std::unique_ptr<LoyaltyService> service_;
};

}  // namespace loyalty

constexpr kitchen_need needs[] = {{"store/1", 0}};
constexpr kitchen_config_key config[] = {
    {"kobo_per_point", KITCHEN_CONFIG_INTEGER, "10000", 0, "1..",
     "How much of an order's total earns one point"},
};

KITCHEN_PLUGIN_V1(loyalty::LoyaltyPlugin, {.id = "loyalty",
                                           .version = "1.0.0",
                                           .summary = "Points for orders",
                                           .needs = needs,
                                           .config = config})
