// The plugin `promotions`: promo codes, a step of the checkout.
#include "kitchen/plugin.h"

#include "migrations.gen.h"
#include "promotion_routes.h"
#include "promotion_step.h"

namespace kitchen::promotions {
namespace {

class PromotionsPlugin final : public Plugin {
public:
    PromotionsPlugin(Setup& setup, Store& store, Claims& claims, const Clock& clock)
        : promotions_(store),
          step_(promotions_, claims),
          service_(store, claims, clock, promotions_),
          routes_(setup, service_, setup.log()) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<CheckoutStep>(step_);
    }

private:
    const PromotionRepository promotions_;
    PromotionStep step_;
    PromotionService service_;
    PromotionRoutes routes_;
};

}  // namespace
}  // namespace kitchen::promotions

KITCHEN_PLUGIN(kitchen::promotions::PromotionsPlugin, "promotions", "1.0.0",
               "Promo codes: a percentage or an amount off the foods", kitchen::Store,
               kitchen::Claims, kitchen::Clock, kitchen::Provides<kitchen::CheckoutStep>)
