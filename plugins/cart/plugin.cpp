// The plugin `cart`: what a customer is about to buy.
#include "kitchen/plugin.h"

#include "cart_routes.h"
#include "cart_service.h"
#include "migrations.gen.h"

namespace kitchen::cart {
namespace {

class CartPlugin final : public Plugin {
public:
    using Settings = CartLimits;

    CartPlugin(const CartLimits& limits, Setup& setup, Store& store, Catalog& catalog,
               PersonalData* personal, const Clock& clock)
        : carts_(store, catalog, clock, limits), routes_(setup, carts_, catalog) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<Carts>(carts_);
        if (personal) add_personal_cart(*personal, setup, store);
    }

private:
    CartService carts_;
    CartRoutes routes_;
};

}  // namespace
}  // namespace kitchen::cart

KITCHEN_PLUGIN(kitchen::cart::CartPlugin, "cart", "1.0.0",
               "Carts: foods with their sides, at today's prices", kitchen::Store, kitchen::Catalog,
               kitchen::Optional<kitchen::PersonalData>, kitchen::Clock,
               kitchen::Provides<kitchen::Carts>)
