// Opening hours as the configuration writes them: ranges of local time for the days of the week,
// and for single dates.
//
// Thread-safety: plain values and pure functions. The detail of an error quotes the line.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "zone.h"

namespace kitchen::opening_hours {

/// Since the midnight with which the day begins. `begin` is below 24 h; `end` comes after it, at
/// most 24 h later: past 24 h it is on the next day.
struct DayRange {
    std::chrono::minutes begin, end;

    friend bool operator==(const DayRange&, const DayRange&) = default;
};

/// In order; no two overlap. Empty: closed.
using DayRanges = std::vector<DayRange>;

/// From Monday.
using WeeklyRanges = std::array<DayRanges, 7>;

struct DateRanges {
    LocalDate date;
    std::string name;  ///< "Christmas Day"; "" for none
    DayRanges ranges;
};

/// What foods have hours of their own.
struct FoodRanges {
    std::string category;      ///< ASCII letters in lower case; "" when a food is named
    std::int64_t food_id = 0;  ///< 0 when a category is named
    std::string text;          ///< "mon-sun 07:00-11:00"
    WeeklyRanges week;
};

/// "mon-fri 08:00-15:00, 18:00-02:00". Lines of the same day add up.
Result<WeeklyRanges> parse_weekly_ranges(std::span<const std::string> lines);
/// "2026-12-25 closed Christmas Day", "2026-12-31 10:00-16:00". By date.
Result<std::vector<DateRanges>> parse_date_ranges(std::span<const std::string> lines);
/// "category:breakfast mon-sun 07:00-11:00", "food:12 fri 12:00-23:00". Lines of the same foods add
/// up.
Result<std::vector<FoodRanges>> parse_food_ranges(std::span<const std::string> lines);

/// "2026-12-25"; nothing for what is no date of the calendar.
std::optional<LocalDate> parse_date(std::string_view text);
std::string date_text(LocalDate date);
/// "08:00"; a time past 24:00 is that of the next day.
std::string clock_text(std::chrono::minutes since_midnight);

}  // namespace kitchen::opening_hours
