// The plugin `opening-hours`: a step of the checkout, with routes of its own.
#include "kitchen/plugin.h"

#include "hours_routes.h"
#include "migrations.gen.h"
#include "opening_hours.h"

namespace kitchen::opening_hours {
namespace {

/// What no zone is given for goes by the kitchen's.
HoursSettings of_kitchen(HoursSettings settings, const Catalog& catalog) {
    if (settings.zone.empty()) settings.zone = catalog.time_zone();
    return settings;
}

class OpeningHoursPlugin final : public Plugin {
public:
    using Settings = HoursSettings;

    OpeningHoursPlugin(const HoursSettings& settings, Setup& setup, Store& store, Claims& claims,
                       Catalog& catalog, const Clock& clock)
        : hours_(of_kitchen(settings, catalog), store, claims, clock),
          routes_(setup, hours_, setup.log()) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<CheckoutStep>(hours_);
    }

private:
    OpeningHours hours_;
    HoursRoutes routes_;
};

}  // namespace
}  // namespace kitchen::opening_hours

KITCHEN_PLUGIN(kitchen::opening_hours::OpeningHoursPlugin, "opening-hours", "1.0.0",
               "When the kitchen is open: hours, mealtimes, time slots, and a pause button",
               kitchen::Store, kitchen::Claims, kitchen::Catalog, kitchen::Clock,
               kitchen::Provides<kitchen::CheckoutStep>)
