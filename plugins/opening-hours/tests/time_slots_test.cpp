#include "time_slots.h"

#include <gtest/gtest.h>

namespace kitchen::opening_hours {
namespace {

using std::chrono::minutes;

TimeSlots slots_in(const char* zone, int length) {
    return {Zone::find(zone).value(), minutes(length)};
}

/// Every instant of these days is in one slot, and that is what slot_of() says.
void expect_partition(const char* zone, int length, const char* first_day, int day_count) {
    const TimeSlots slots = slots_in(zone, length);
    LocalDate date = parse_date(first_day).value();
    Timestamp end = slots.slots_of(date).front().begin;
    for (int day = 0; day < day_count; ++day, date += std::chrono::days(1))
        for (const TimeSpan& slot : slots.slots_of(date)) {
            ASSERT_EQ(slot.begin, end) << zone << ' ' << date_text(date);
            ASSERT_LT(slot.begin, slot.end);
            ASSERT_LE(slot.end - slot.begin, minutes(length));
            ASSERT_EQ(slots.slot_of(slot.begin), slot);
            ASSERT_EQ(slots.slot_of(slot.end - Timestamp::duration(1)), slot);
            end = slot.end;
        }
}

}  // namespace

TEST(TimeSlots, PartitionTimeAroundChangesOfTheClock) {
    for (const int length : {5, 15, 25, 60, 1440}) {
        expect_partition("Europe/London", length, "2026-03-27", 5);
        expect_partition("Europe/London", length, "2026-10-23", 5);
        expect_partition("Africa/Lagos", length, "2026-03-01", 3);
        expect_partition("Asia/Kathmandu", length, "2026-03-01", 3);
        expect_partition("America/Havana", length, "2026-10-31", 3);    // 01:00 became 00:00
        expect_partition("Africa/Cairo", length, "2026-04-23", 3);      // no 00:00
        expect_partition("America/St_Johns", length, "2010-11-05", 4);  // 00:01 became 23:01
        expect_partition("Pacific/Apia", length, "2011-12-28", 5);      // no 30 December
    }
}

TEST(TimeSlots, BeginAtLocalMidnight) {
    const TimeSlots slots = slots_in("Asia/Kathmandu", 60);  // 5:45 east
    const auto of_day = slots.slots_of(parse_date("2026-03-01").value());
    ASSERT_EQ(of_day.size(), 24u);
    EXPECT_EQ(format_rfc3339(of_day.front().begin), "2026-02-28T18:15:00.000Z");
    EXPECT_EQ(slots_in("Europe/London", 60).slots_of(parse_date("2026-03-29").value()).size(), 23u);
    EXPECT_EQ(slots_in("Europe/London", 60).slots_of(parse_date("2026-10-25").value()).size(), 25u);
}

}  // namespace kitchen::opening_hours
