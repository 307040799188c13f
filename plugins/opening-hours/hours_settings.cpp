#include "hours_settings.h"

namespace kitchen::opening_hours {

using namespace std::chrono_literals;

void SlotSettings::describe(Fields<SlotSettings>& field) {
    using S = SlotSettings;
    field("length", &S::length, "How long a slot is; counted from midnight").between(5min, 24h);
    field("capacity", &S::capacity, "How many orders a slot takes; 0: no slots")
        .between(0, 1'000'000);
}

void HoursSettings::describe(Fields<HoursSettings>& field) {
    using S = HoursSettings;
    field("zone", &S::zone, "Time zone of all hours, by its IANA name; empty: catalog.time_zone");
    field("hours", &S::hours,
          "Days and their ranges: 'mon-fri 08:00-15:00, 18:00-02:00'; other days are closed");
    field("exceptions", &S::exceptions,
          "Dates with hours of their own: '2026-12-25 closed Christmas', '2026-12-31 10:00-16:00'");
    field("mealtimes", &S::mealtimes,
          "Foods with hours of their own: 'category:breakfast mon-sun 07:00-11:00', 'food:12 fri "
          "12:00-23:00'");
    field("lead_time", &S::lead_time, "How far ahead an order must be scheduled, if it is")
        .between(0min, 30 * 24h);
    field.group("slots", &S::slots);
}

void HoursSettings::check(const HoursSettings& settings, Problems& problems) {
    const auto require = [&problems](const auto& member, const auto& parsed) {
        if (!parsed) problems.at(member, parsed.error().detail);
    };
    if (!settings.zone.empty()) require(settings.zone, Zone::find(settings.zone));
    require(settings.hours, parse_weekly_ranges(settings.hours));
    require(settings.exceptions, parse_date_ranges(settings.exceptions));
    require(settings.mealtimes, parse_food_ranges(settings.mealtimes));
}

Calendar calendar_of(const HoursSettings& settings) {
    return {Zone::find(settings.zone).value(), parse_weekly_ranges(settings.hours).value(),
            parse_date_ranges(settings.exceptions).value()};
}

std::vector<Mealtime> mealtimes_of(const HoursSettings& settings) {
    const Zone zone = Zone::find(settings.zone).value();
    std::vector<FoodRanges> all = parse_food_ranges(settings.mealtimes).value();
    std::vector<Mealtime> mealtimes;
    for (FoodRanges& foods : all) {
        Calendar calendar(zone, foods.week);
        mealtimes.push_back({std::move(foods), std::move(calendar)});
    }
    return mealtimes;
}

}  // namespace kitchen::opening_hours
