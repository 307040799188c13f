// The day cut into slots of one length, from the first instant of each local date; the last slot of
// a date may be shorter. They partition time, so every instant is in exactly one.
//
// Counted from the start of the date and not on the wall clock, a slot is as long on the day of a
// clock change as on any other, and 00:30 that comes twice is two slots.
//
// Thread-safety: immutable.
#pragma once

#include <chrono>
#include <vector>

#include "calendar.h"

namespace kitchen::opening_hours {

class TimeSlots {
public:
    TimeSlots(Zone zone, std::chrono::minutes length) : zone_(std::move(zone)), length_(length) {}

    TimeSpan slot_of(Timestamp at) const;
    std::vector<TimeSpan> slots_of(LocalDate date) const;

private:
    Timestamp start_of(LocalDate date) const { return zone_.first(date); }

    Zone zone_;
    std::chrono::minutes length_;
};

}  // namespace kitchen::opening_hours
