// When a kitchen is open: the ranges of a week, and of single dates in their place, in a zone.
//
// A range is every instant from its opening to its closing, the closing left out. Where the clock
// is put back over one of the two, the opening is the first time that the clock shows it and the
// closing the last; where it is put forward over one, that is the instant of the change. So a range
// from 22:00 to 03:00 is an hour longer or shorter in such a night.
//
// Thread-safety: immutable.
#pragma once

#include <optional>
#include <vector>

#include "day_ranges.h"
#include "zone.h"

namespace kitchen::opening_hours {

/// From `begin` until before `end`.
struct TimeSpan {
    Timestamp begin, end;

    friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

class Calendar {
public:
    /// On a date in `dates` begin the ranges given there, and none of the week.
    Calendar(Zone zone, WeeklyRanges week, std::vector<DateRanges> dates = {});

    bool is_open(Timestamp at) const;
    /// When it opens next, and when it closes next, after that instant; nothing when that is more
    /// than a year away.
    std::optional<Timestamp> next_opening(Timestamp after) const;
    std::optional<Timestamp> next_closing(Timestamp after) const;
    /// When it is open within a span, in order; what touches is joined.
    std::vector<TimeSpan> open_within(TimeSpan span) const;

    const Zone& zone() const noexcept { return zone_; }
    const WeeklyRanges& week() const noexcept { return week_; }
    const std::vector<DateRanges>& dates() const noexcept { return dates_; }

private:
    const DayRanges& ranges_of(LocalDate date) const;
    void add_spans_of(LocalDate date, std::vector<TimeSpan>& spans) const;

    Zone zone_;
    WeeklyRanges week_;
    std::vector<DateRanges> dates_;  ///< by date
};

}  // namespace kitchen::opening_hours
