// The plugin `ratings`: what customers say of foods they have had.
#include "kitchen/events.h"
#include "kitchen/plugin.h"

#include "migrations.gen.h"
#include "rating_routes.h"

namespace kitchen::ratings {
namespace {

class RatingsPlugin final : public Plugin {
public:
    RatingsPlugin(Setup& setup, Store& store, Catalog& catalog, FoodEdits& foods, Orders& orders,
                  Events* events, PersonalData* personal, const Clock& clock)
        : service_(store, catalog, foods, orders, clock), routes_(setup, service_) {
        setup.add_migrations(kitchen_migrations);
        service_.add_rules(setup);
        if (events)
            events->on<FoodChanged>(setup, "foods",
                                    [this](Transaction& tx, const FoodChanged& event) {
                                        return service_.food_changed(tx, event);
                                    });
        if (personal) add_personal_ratings(*personal, setup, store);
    }

private:
    RatingService service_;
    const RatingRoutes routes_;
};

}  // namespace
}  // namespace kitchen::ratings

KITCHEN_PLUGIN(kitchen::ratings::RatingsPlugin, "ratings", "1.0.0",
               "Ratings of foods by those who have had them", kitchen::Store, kitchen::Catalog,
               kitchen::FoodEdits, kitchen::Orders, kitchen::Optional<kitchen::Events>,
               kitchen::Optional<kitchen::PersonalData>, kitchen::Clock)
