#include "day_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hours_settings.h"

namespace kitchen::opening_hours {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

DayRange range(int begin_hour, int end_hour) {
    return {minutes(60 * begin_hour), minutes(60 * end_hour)};
}
std::string refusal_of_week(const std::string& line) {
    const auto parsed = parse_weekly_ranges(Lines{line});
    return parsed ? "" : parsed.error().detail;
}
std::string refusal_of_date(const Lines& lines) {
    const auto parsed = parse_date_ranges(lines);
    return parsed ? "" : parsed.error().detail;
}
std::string refusal_of_food(const std::string& line) {
    const auto parsed = parse_food_ranges(Lines{line});
    return parsed ? "" : parsed.error().detail;
}
LocalDate day(const char* text) { return parse_date(text).value(); }

}  // namespace

TEST(WeeklyRanges, DaysAndRangesPastMidnight) {
    const WeeklyRanges week =
        parse_weekly_ranges(Lines{"mon-wed 18:00-02:00, 08:00-15:00", "Wed 15:00-18:00",
                                  "sat,sun 00:00-24:00", "fri 20:00-00:00"})
            .value();
    EXPECT_THAT(week[0], ElementsAre(range(8, 15), range(18, 26)));
    EXPECT_EQ(week[1], week[0]);
    EXPECT_THAT(week[2], ElementsAre(range(8, 15), range(15, 18), range(18, 26)));
    EXPECT_TRUE(week[3].empty());
    EXPECT_THAT(week[4], ElementsAre(range(20, 24)));
    EXPECT_THAT(week[5], ElementsAre(range(0, 24)));
    EXPECT_EQ(week[6], week[5]);
    const WeeklyRanges around = parse_weekly_ranges(Lines{" sun-mon  09:00-10:00 "}).value();
    EXPECT_THAT(around[0], ElementsAre(range(9, 10)));
    EXPECT_THAT(around[6], ElementsAre(range(9, 10)));
    EXPECT_TRUE(around[1].empty());
}

TEST(WeeklyRanges, WhatIsWrongIsQuoted) {
    EXPECT_THAT(refusal_of_week("funday 08:00-15:00"), HasSubstr("'funday' are no days"));
    EXPECT_THAT(refusal_of_week("mon, tue 08:00-15:00"), HasSubstr("'mon,' are no days"));
    EXPECT_THAT(refusal_of_week(""), HasSubstr("'' are no days"));
    for (const char* wrong : {"8:00-15:00", "08:00", "08:00-25:00", "08:60-09:00", "24:00-25:00",
                              "08:00-08:00", "08:00-24:01", "+8:00-09:00", "08:00–15:00", "closed"})
        EXPECT_THAT(refusal_of_week(std::string("mon ") + wrong),
                    HasSubstr('\'' + std::string(wrong) + "' is no range of time"));
    EXPECT_THAT(refusal_of_week("mon 08:00-15:00,"), HasSubstr("'' is no range of time"));
    EXPECT_THAT(refusal_of_week("mon 08:00-15:00 lunch"), HasSubstr("'lunch' is too much"));
    EXPECT_THAT(refusal_of_week("mon 08:00-15:00, 14:59-16:00"), HasSubstr("overlap"));
    EXPECT_THAT(refusal_of_week("mon 18:00-02:00, 23:00-24:00"), HasSubstr("overlap"));
    EXPECT_FALSE(parse_weekly_ranges(Lines{"mon 08:00-15:00", "sun-tue 10:00-11:00"}));
}

TEST(DateRanges, HaveRangesOrNoneAndAName) {
    const auto dates =
        parse_date_ranges(Lines{"2026-12-31 10:00-16:00, 20:00-02:00 New Year's Eve",
                                "2026-12-25 closed Christmas Day", "2028-02-29 closed"})
            .value();
    ASSERT_EQ(dates.size(), 3u);
    EXPECT_EQ(date_text(dates[0].date), "2026-12-25");
    EXPECT_EQ(dates[0].name, "Christmas Day");
    EXPECT_TRUE(dates[0].ranges.empty());
    EXPECT_EQ(dates[1].name, "New Year's Eve");
    EXPECT_THAT(dates[1].ranges, ElementsAre(range(10, 16), range(20, 26)));
    EXPECT_EQ(dates[2].name, "");

    EXPECT_THAT(refusal_of_date({"2026-02-29 closed"}), HasSubstr("'2026-02-29' is no date"));
    EXPECT_THAT(refusal_of_date({"25.12.2026 closed"}), HasSubstr("is no date"));
    EXPECT_THAT(refusal_of_date({"2026-12-25"}), HasSubstr("after the date comes 'closed'"));
    EXPECT_THAT(refusal_of_date({"2026-12-25 shut"}), HasSubstr("after the date comes 'closed'"));
    EXPECT_THAT(refusal_of_date({"2026-12-25 10:00-12:00, 11:00-13:00"}), HasSubstr("overlap"));
    EXPECT_THAT(refusal_of_date({"2026-12-25 closed", "2026-12-25 10:00-12:00"}),
                HasSubstr("two lines for this date"));
}

TEST(FoodRanges, NameACategoryOrAFood) {
    const auto foods =
        parse_food_ranges(Lines{"category:Light Meals mon 07:00-11:00", "food:12 fri 12:00-23:00",
                                "category:light meals sat 08:00-12:00",
                                "category:sun mon 07:00-08:00"})
            .value();
    ASSERT_EQ(foods.size(), 3u);
    EXPECT_EQ(foods[0].category, "light meals");
    EXPECT_EQ(foods[0].text, "mon 07:00-11:00; sat 08:00-12:00");
    EXPECT_THAT(foods[0].week[5], ElementsAre(range(8, 12)));
    EXPECT_EQ(foods[1].food_id, 12);
    EXPECT_EQ(foods[2].category, "sun");

    EXPECT_THAT(refusal_of_food("breakfast mon 07:00-11:00"), HasSubstr("category:NAME"));
    EXPECT_THAT(refusal_of_food("food:0 mon 07:00-11:00"), HasSubstr("food:ID"));
    EXPECT_THAT(refusal_of_food("food:x mon 07:00-11:00"), HasSubstr("food:ID"));
    EXPECT_THAT(refusal_of_food("category: mon 07:00-11:00"), HasSubstr("category:NAME"));
    EXPECT_THAT(refusal_of_food("category:soup"), HasSubstr("'' are no days"));
    EXPECT_THAT(refusal_of_food("category:soup mon"), HasSubstr("'' is no range"));
}

TEST(Dates, AreThoseOfTheCalendar) {
    EXPECT_EQ(date_text(day("2026-03-01")), "2026-03-01");
    EXPECT_EQ(date_text(day("0001-01-01")), "0001-01-01");
    for (const char* wrong : {"", "2026-3-1", "2026-13-01", "2026-00-10", "2026-04-31",
                              "0000-01-01", "2026-04-30T", "-026-04-30", "2026/04/30"})
        EXPECT_FALSE(parse_date(wrong)) << wrong;
}

TEST(HoursSettings, EachFaultIsBlamedOnItsKey) {
    HoursSettings settings;
    settings.zone = "Africa/Lagoss";
    settings.hours = {"mon 8-15"};
    settings.exceptions = {"tomorrow closed"};
    settings.mealtimes = {"soup"};
    EXPECT_THAT(problems_of(settings),
                ElementsAre(testing::StartsWith("zone: 'Africa/Lagoss' is no time zone"),
                            testing::StartsWith("hours: 'mon 8-15': '8-15' is no range"),
                            testing::StartsWith("exceptions: 'tomorrow closed': "),
                            testing::StartsWith("mealtimes: 'soup': ")));
    settings = {};
    settings.zone = "Africa/Lagos";
    EXPECT_THAT(problems_of(settings), ElementsAre());
    settings.zone = "../etc/passwd";
    EXPECT_EQ(problems_of(settings).size(), 1u);
    settings.zone = "";  // that of the catalogue
    EXPECT_THAT(problems_of(settings), ElementsAre());
}

}  // namespace kitchen::opening_hours
