#include "calendar.h"

#include <algorithm>
#include <utility>

namespace kitchen::opening_hours {
namespace {

using std::chrono::days;

constexpr days week_ahead{8}, year_ahead{367};

}  // namespace

Calendar::Calendar(Zone zone, WeeklyRanges week, std::vector<DateRanges> dates)
    : zone_(std::move(zone)), week_(std::move(week)), dates_(std::move(dates)) {}

const DayRanges& Calendar::ranges_of(LocalDate date) const {
    const auto found =
        std::lower_bound(dates_.begin(), dates_.end(), date,
                         [](const DateRanges& each, LocalDate day) { return each.date < day; });
    if (found != dates_.end() && found->date == date) return found->ranges;
    return week_.at(std::chrono::weekday(date).iso_encoding() - 1);
}

void Calendar::add_spans_of(LocalDate date, std::vector<TimeSpan>& spans) const {
    for (const DayRange& range : ranges_of(date)) {
        const TimeSpan span{zone_.first(date + range.begin), zone_.last(date + range.end)};
        // Empty when the clock was put forward over the whole range.
        if (span.begin < span.end) spans.push_back(span);
    }
}

std::vector<TimeSpan> Calendar::open_within(TimeSpan within) const {
    std::vector<TimeSpan> spans;
    // A range that began the day before may last until now; one day more on either side, because a
    // zone can leave out a whole date.
    const LocalDate last = zone_.date(within.end) + days(1);
    for (LocalDate date = zone_.date(within.begin) - days(2); date <= last; date += days(1))
        add_spans_of(date, spans);
    std::sort(spans.begin(), spans.end(),
              [](const TimeSpan& a, const TimeSpan& b) { return a.begin < b.begin; });
    std::vector<TimeSpan> joined;
    for (TimeSpan span : spans) {
        span = {std::max(span.begin, within.begin), std::min(span.end, within.end)};
        if (span.begin >= span.end) continue;
        if (!joined.empty() && span.begin <= joined.back().end)
            joined.back().end = std::max(joined.back().end, span.end);
        else
            joined.push_back(span);
    }
    return joined;
}

bool Calendar::is_open(Timestamp at) const {
    return !open_within({at, at + Timestamp::duration(1)}).empty();
}

std::optional<Timestamp> Calendar::next_opening(Timestamp after) const {
    for (const days ahead : {week_ahead, year_ahead})
        for (const TimeSpan& span : open_within({after, after + ahead}))
            if (span.begin > after) return span.begin;
    return std::nullopt;
}

std::optional<Timestamp> Calendar::next_closing(Timestamp after) const {
    for (const days ahead : {week_ahead, year_ahead})
        for (const TimeSpan& span : open_within({after, after + ahead}))
            if (span.end < after + ahead) return span.end;
    return std::nullopt;
}

}  // namespace kitchen::opening_hours
