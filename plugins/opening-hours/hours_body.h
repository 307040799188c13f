// What the routes take and give.
//
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kitchen/http/body.h"
#include "opening_hours.h"

namespace kitchen::opening_hours {

/// The hours as anyone may see them.
struct HoursView {
    const HoursNow& now;
    const Calendar& calendar;

    static void describe(http::BodyFields<HoursView>& field);
};

struct SlotsView {
    LocalDate date;
    std::string zone;
    std::int64_t capacity = 0;
    const std::vector<OpenSlot>& slots;

    static void describe(http::BodyFields<SlotsView>& field);
};

struct PauseView : Pause {
    static void describe(http::BodyFields<PauseView>& field);
};

struct NewPause {
    std::optional<Timestamp> until;
    std::string reason;

    static void describe(http::BodyFields<NewPause>& field);
};

}  // namespace kitchen::opening_hours
