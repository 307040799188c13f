#include "time_slots.h"

#include <algorithm>

namespace kitchen::opening_hours {

using std::chrono::days;

TimeSpan TimeSlots::slot_of(Timestamp at) const {
    // The clock may show a date again that has ended, where it is put back over midnight.
    LocalDate date = zone_.date(at);
    while (start_of(date + days(1)) <= at) date += days(1);
    while (start_of(date) > at) date -= days(1);
    const Timestamp start = start_of(date);
    const Timestamp begin = start + (at - start) / length_ * length_;
    return {begin, std::min(begin + length_, start_of(date + days(1)))};
}

std::vector<TimeSpan> TimeSlots::slots_of(LocalDate date) const {
    std::vector<TimeSpan> slots;
    const Timestamp end = start_of(date + days(1));
    for (Timestamp begin = start_of(date); begin < end; begin += length_)
        slots.push_back({begin, std::min<Timestamp>(begin + length_, end)});
    return slots;
}

}  // namespace kitchen::opening_hours
