#include "calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::opening_hours {
namespace {

using testing::ElementsAre;
using testing::Eq;
using Lines = std::vector<std::string>;

Timestamp time_of(const std::string& rfc3339) { return parse_rfc3339(rfc3339).value(); }

Calendar calendar(const char* zone, const Lines& week, const Lines& dates = {}) {
    return {Zone::find(zone).value(), parse_weekly_ranges(week).value(),
            parse_date_ranges(dates).value()};
}

std::vector<std::string> open_within(const Calendar& calendar, const char* begin, const char* end) {
    std::vector<std::string> texts;
    for (const TimeSpan& span : calendar.open_within({time_of(begin), time_of(end)}))
        texts.push_back(format_rfc3339(span.begin).substr(5, 11) + " to " +
                        format_rfc3339(span.end).substr(5, 11));
    return texts;
}

}  // namespace

TEST(Calendar, ARangePastMidnightBelongsToTheDayItBegins) {
    const Calendar hours =
        calendar("Africa/Lagos", {"fri 18:00-02:00"}, {"2026-03-13 closed", "2026-03-21 closed"});
    EXPECT_THAT(open_within(hours, "2026-03-01T00:00:00Z", "2026-03-25T00:00:00Z"),
                ElementsAre("03-06T17:00 to 03-07T01:00", "03-20T17:00 to 03-21T01:00"));
    EXPECT_FALSE(hours.is_open(time_of("2026-03-06T16:59:59.999Z")));
    EXPECT_TRUE(hours.is_open(time_of("2026-03-06T17:00:00Z")));
    EXPECT_TRUE(hours.is_open(time_of("2026-03-07T00:59:59.999Z")));
    EXPECT_FALSE(hours.is_open(time_of("2026-03-07T01:00:00Z")));
}

TEST(Calendar, NextOpeningAndClosing) {
    const Calendar hours = calendar("Africa/Lagos", {"mon 08:00-15:00, 15:00-18:00"},
                                    {"2026-03-09 closed", "2026-03-16 10:00-11:00"});
    EXPECT_THAT(hours.next_opening(time_of("2026-03-02T06:59:59Z")),
                Eq(time_of("2026-03-02T07:00:00Z")));
    EXPECT_THAT(hours.next_closing(time_of("2026-03-02T06:59:59Z")),
                Eq(time_of("2026-03-02T17:00:00Z")));
    EXPECT_THAT(hours.next_opening(time_of("2026-03-02T07:00:00Z")),
                Eq(time_of("2026-03-16T09:00:00Z")));

    const Calendar always = calendar("Africa/Lagos", {"mon-sun 00:00-24:00"});
    EXPECT_FALSE(always.next_opening(time_of("2026-03-02T06:59:59Z")));
    EXPECT_FALSE(always.next_closing(time_of("2026-03-02T06:59:59Z")));
    const Calendar never = calendar("Africa/Lagos", {}, {"2026-12-25 closed"});
    EXPECT_FALSE(never.next_opening(time_of("2026-03-02T06:59:59Z")));
    const Calendar once = calendar("Africa/Lagos", {}, {"2026-12-25 10:00-11:00"});
    EXPECT_THAT(once.next_opening(time_of("2026-03-02T00:00:00Z")),
                Eq(time_of("2026-12-25T09:00:00Z")));
}

TEST(Calendar, AMissingLocalTimeIsTheInstantOfTheChange) {
    // In London 01:00 became 02:00 on 29 March.
    EXPECT_THAT(open_within(calendar("Europe/London", {"sat 22:00-01:30"}), "2026-03-28T00:00:00Z",
                            "2026-03-31T00:00:00Z"),
                ElementsAre("03-28T22:00 to 03-29T01:00"));
    EXPECT_THAT(open_within(calendar("Europe/London", {"sun 01:30-03:00"}), "2026-03-28T00:00:00Z",
                            "2026-03-31T00:00:00Z"),
                ElementsAre("03-29T01:00 to 03-29T02:00"));
    EXPECT_THAT(open_within(calendar("Europe/London", {"sun 01:15-01:45"}), "2026-03-28T00:00:00Z",
                            "2026-03-31T00:00:00Z"),
                ElementsAre());
}

TEST(Calendar, ALocalTimeThatComesTwiceOpensTheFirstTimeAndClosesTheLast) {
    // In London 02:00 became 01:00 on 25 October.
    EXPECT_THAT(open_within(calendar("Europe/London", {"sat 22:00-01:30"}), "2026-10-24T00:00:00Z",
                            "2026-10-27T00:00:00Z"),
                ElementsAre("10-24T21:00 to 10-25T01:30"));
    EXPECT_THAT(open_within(calendar("Europe/London", {"sun 01:30-03:00"}), "2026-10-24T00:00:00Z",
                            "2026-10-27T00:00:00Z"),
                ElementsAre("10-25T00:30 to 10-25T03:00"));
    EXPECT_THAT(open_within(calendar("Europe/London", {"sun 01:15-01:45"}), "2026-10-24T00:00:00Z",
                            "2026-10-27T00:00:00Z"),
                ElementsAre("10-25T00:15 to 10-25T01:45"));
}

TEST(Calendar, ADateThatAZoneLeavesOut) {
    // Samoa went from 29 to 31 December 2011.
    EXPECT_THAT(open_within(calendar("Pacific/Apia", {"mon-sun 18:00-02:00"}),
                            "2011-12-29T12:00:00Z", "2011-12-31T13:00:00Z"),
                ElementsAre("12-30T04:00 to 12-30T12:00", "12-31T04:00 to 12-31T12:00"));
}

TEST(Zone, SaysLocalTimes) {
    const Zone london = Zone::find("Europe/London").value();
    EXPECT_EQ(london.text(time_of("2026-03-29T00:59:00Z")), "Sun 29 Mar 2026, 00:59");
    EXPECT_EQ(london.text(time_of("2026-03-29T01:00:00Z")), "Sun 29 Mar 2026, 02:00");
    EXPECT_EQ(date_text(london.date(time_of("2026-07-01T23:30:00Z"))), "2026-07-02");
}

}  // namespace kitchen::opening_hours
