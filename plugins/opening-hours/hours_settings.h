// The configuration of the plugin, and what is made of it.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "calendar.h"
#include "kitchen/settings.h"

namespace kitchen::opening_hours {

struct SlotSettings {
    std::chrono::minutes length{15};
    std::int64_t capacity = 0;

    static void describe(Fields<SlotSettings>& field);
};

struct HoursSettings {
    std::string zone;
    std::vector<std::string> hours{"mon-sun 00:00-24:00"};
    std::vector<std::string> exceptions;
    std::vector<std::string> mealtimes;
    std::chrono::minutes lead_time{0};
    SlotSettings slots;

    static void describe(Fields<HoursSettings>& field);
    /// The zone is looked up in the machine's database: a name that it lacks is a fault of the
    /// configuration.
    static void check(const HoursSettings& settings, Problems& problems);
};

/// Foods with hours of their own.
struct Mealtime {
    FoodRanges foods;
    Calendar calendar;
};

/// `settings` has been checked; else they throw std::logic_error.
Calendar calendar_of(const HoursSettings& settings);
std::vector<Mealtime> mealtimes_of(const HoursSettings& settings);

}  // namespace kitchen::opening_hours
