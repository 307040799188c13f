#include "hours_body.h"

namespace kitchen::opening_hours {

using http::BodyFields;

namespace {

constexpr std::int64_t max_reason = 200;

struct RangeView : DayRange {
    static void describe(BodyFields<RangeView>& field) {
        field.named("OpeningRange");
        field("opens", [](const RangeView& range) { return clock_text(range.begin); });
        field("closes", [](const RangeView& range) {
            return clock_text(range.end);
        }).describe("Not later than opens: on the next day.");
    }
};
std::vector<RangeView> views_of(const DayRanges& ranges) {
    std::vector<RangeView> views;
    for (const DayRange& range : ranges) views.push_back({range});
    return views;
}

struct DayView {
    std::string_view day;
    std::vector<RangeView> ranges;

    static void describe(BodyFields<DayView>& field) {
        field.named("OpeningDay");
        field("day", &DayView::day);
        field("ranges", &DayView::ranges).describe("Begin on that day; none: closed.");
    }
};

struct DateView {
    const DateRanges& of;

    static void describe(BodyFields<DateView>& field) {
        field.named("OpeningException");
        field("date", [](const DateView& view) { return date_text(view.of.date); });
        field("name", [](const DateView& view) { return view.of.name; }).or_null();
        field("ranges", [](const DateView& view) {
            return views_of(view.of.ranges);
        }).describe("Begin on that date, in the place of the week's; none: closed.");
    }
};

std::vector<DayView> week_of(const HoursView& view) {
    static constexpr std::array<std::string_view, 7> names{
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    std::vector<DayView> week;
    for (std::size_t day = 0; day < names.size(); ++day)
        week.push_back({names.at(day), views_of(view.calendar.week().at(day))});
    return week;
}

std::vector<DateView> dates_to_come(const HoursView& view) {
    const LocalDate today = view.calendar.zone().date(view.now.now);
    std::vector<DateView> dates;
    for (const DateRanges& date : view.calendar.dates())
        if (date.date >= today) dates.push_back({date});
    return dates;
}

struct SlotView : OpenSlot {
    static void describe(BodyFields<SlotView>& field) {
        field.named("Slot");
        field("from", [](const SlotView& slot) {
            return slot.span.begin;
        }).describe("The first minute in it that can be ordered for.");
        field("until", [](const SlotView& slot) { return slot.span.end; });
        field("left", &OpenSlot::left).min(0).describe("How many more orders it takes.");
    }
};

}  // namespace

void HoursView::describe(BodyFields<HoursView>& field) {
    field.named("OpeningHours");
    field("zone", [](const HoursView& view) {
        return view.calendar.zone().name();
    }).describe("IANA name; all hours are local time there.");
    field("is_open", [](const HoursView& view) {
        return view.now.is_open;
    }).describe("Now, and not paused.");
    field("pause", [](const HoursView& view) {
        std::optional<PauseView> pause;
        if (view.now.pause) pause = PauseView{*view.now.pause};
        return pause;
    }).or_null();
    field("next_opening", [](const HoursView& view) { return view.now.next_opening; })
        .or_null()
        .describe("By the hours alone; null: not within a year.");
    field("next_closing", [](const HoursView& view) { return view.now.next_closing; })
        .or_null()
        .describe("By the hours alone; null: not within a year.");
    field("week", week_of).describe("From Monday.");
    field("exceptions", dates_to_come).describe("From today.");
}

void SlotsView::describe(BodyFields<SlotsView>& field) {
    field.named("Slots");
    field("date", [](const SlotsView& view) { return date_text(view.date); });
    field("zone", &SlotsView::zone);
    field("capacity", &SlotsView::capacity).min(1).describe("How many orders a slot takes.");
    field("slots", [](const SlotsView& view) {
        std::vector<SlotView> slots;
        for (const OpenSlot& slot : view.slots) slots.push_back({slot});
        return slots;
    });
}

void PauseView::describe(BodyFields<PauseView>& field) {
    field.named("Pause");
    field("since", &Pause::since);
    field("until", &Pause::until).or_null().describe("null: until it is resumed");
    field("reason", &Pause::reason).or_null();
}

void NewPause::describe(BodyFields<NewPause>& field) {
    field.named("NewPause");
    field.optional("until", &NewPause::until).or_null().describe("Left out: until it is resumed");
    field.optional("reason", &NewPause::reason)
        .or_null()
        .max(max_reason)
        .describe("Shown to customers.");
}

}  // namespace kitchen::opening_hours
