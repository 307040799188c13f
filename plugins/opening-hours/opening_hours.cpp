#include "opening_hours.h"

#include <algorithm>
#include <utility>

#include "kitchen/text.h"

namespace kitchen::opening_hours {
namespace {

constexpr const char* when = "/scheduled_for";

std::string claim_name(const TimeSpan& slot) {
    return "opening-hours/slot/" + format_rfc3339(slot.begin);
}

/// "Mon 2 Mar 2026, 08:00 (Africa/Lagos)"; a part of a minute counts as the next one, which is the
/// first that can be asked for.
std::string minute_text(const Zone& zone, Timestamp at) {
    return zone.text(std::chrono::ceil<std::chrono::minutes>(at)) + " (" + zone.name() + ")";
}

std::string paused_text(const Pause& pause, const Zone& zone) {
    std::string text = "No orders are taken until further notice.";
    if (pause.until)
        text = "No orders are taken for a time before " + minute_text(zone, *pause.until) + ".";
    return pause.reason.empty() ? text : text + " " + pause.reason;
}

std::string closed_text(const Calendar& calendar, Timestamp at) {
    const auto opening = calendar.next_opening(at);
    if (!opening) return "We are closed then.";
    return "We are closed then, and open again on " + minute_text(calendar.zone(), *opening) + ".";
}

/// Those of the food itself take the place of its category's.
const Mealtime* mealtime_of(const std::vector<Mealtime>& mealtimes, const Food& food) {
    const Mealtime* found = nullptr;
    const std::string category = ascii_lower(food.category);
    for (const Mealtime& mealtime : mealtimes) {
        if (mealtime.foods.food_id == food.id) return &mealtime;
        if (mealtime.foods.food_id == 0 && mealtime.foods.category == category) found = &mealtime;
    }
    return found;
}

}  // namespace

OpeningHours::OpeningHours(const HoursSettings& settings, Store& store, Claims& claims,
                           const Clock& clock)
    : calendar_(calendar_of(settings)),
      mealtimes_(mealtimes_of(settings)),
      lead_time_(settings.lead_time),
      capacity_(settings.slots.capacity),
      slots_(calendar_.zone(), settings.slots.length),
      store_(store),
      claims_(claims),
      clock_(clock),
      pauses_(store) {}

Status OpeningHours::consider(Transaction& tx, CheckoutDraft& draft) {
    const Zone& zone = calendar_.zone();
    const Timestamp at = draft.at();
    if (draft.scheduled_for && at < draft.now + lead_time_)
        draft.refuse(when, "too_soon",
                     "Choose " + minute_text(zone, draft.now + lead_time_) + " or later.");
    const Result<std::optional<Pause>> pause = pauses_.find(tx);
    if (!pause) return pause.error();
    if (*pause && (*pause)->covers(at)) draft.refuse(when, "paused", paused_text(**pause, zone));
    consider_foods(draft);
    if (!calendar_.is_open(at)) {
        draft.refuse(when, "closed", closed_text(calendar_, at));
        return {};
    }
    return has_slots() ? consider_slot(tx, draft) : Status();
}

void OpeningHours::consider_foods(CheckoutDraft& draft) const {
    for (std::size_t i = 0; i < draft.cart.lines.size(); ++i) {
        const Food& food = draft.cart.lines[i].food;
        const Mealtime* mealtime = mealtime_of(mealtimes_, food);
        if (mealtime && !mealtime->calendar.is_open(draft.at()))
            draft.refuse("/items/" + std::to_string(i) + "/food", "not_at_this_time",
                         food.name + " is served " + mealtime->foods.text + " (" +
                             calendar_.zone().name() + ").");
    }
}

Status OpeningHours::consider_slot(Transaction& tx, CheckoutDraft& draft) {
    const TimeSpan slot = slots_.slot_of(draft.at());
    const std::string name = claim_name(slot);
    Result<std::vector<std::int64_t>> taken = claims_.taken(tx, std::span(&name, 1));
    if (!taken) return std::move(taken).error();
    if (taken->front() >= capacity_)
        draft.refuse(when, "slot_full",
                     "All places from " + calendar_.zone().text(slot.begin) + " to " +
                         minute_text(calendar_.zone(), slot.end) +
                         " are taken. Choose another time.");
    draft.claim({name, 1, capacity_});
    return {};
}

Result<std::optional<Pause>> OpeningHours::pause_at(Transaction& tx, Timestamp now) const {
    Result<std::optional<Pause>> pause = pauses_.find(tx);
    if (pause && *pause && !(*pause)->covers(now)) return std::optional<Pause>();
    return pause;
}

Result<HoursNow> OpeningHours::now() {
    const Timestamp now = clock_.now();
    return store_.read<HoursNow>([&](Transaction& tx) -> Result<HoursNow> {
        Result<std::optional<Pause>> pause = pause_at(tx, now);
        if (!pause) return std::move(pause).error();
        HoursNow hours{now, calendar_.is_open(now) && !*pause, *std::move(pause),
                       calendar_.next_opening(now), calendar_.next_closing(now)};
        return hours;
    });
}

Result<std::vector<OpenSlot>> OpeningHours::slots(LocalDate date) {
    using Slots = std::vector<OpenSlot>;
    if (!has_slots()) return Slots();
    const Timestamp now = clock_.now();
    return store_.read<Slots>([&](Transaction& tx) -> Result<Slots> {
        Result<std::optional<Pause>> pause = pause_at(tx, now);
        if (!pause) return std::move(pause).error();
        Slots open;
        std::vector<std::string> names;
        if (*pause && !(*pause)->until) return open;
        // The checkout wants a time to come.
        Timestamp earliest =
            now + std::max<Timestamp::duration>(lead_time_, Timestamp::duration(1));
        if (*pause) earliest = std::max(earliest, *(*pause)->until);
        earliest = std::chrono::ceil<std::chrono::minutes>(earliest);
        for (const TimeSpan& slot : slots_.slots_of(date)) {
            const auto spans = calendar_.open_within({std::max(slot.begin, earliest), slot.end});
            if (spans.empty()) continue;
            open.push_back({{spans.front().begin, spans.back().end}, 0});
            names.push_back(claim_name(slot));
        }
        const Result<std::vector<std::int64_t>> taken = claims_.taken(tx, names);
        if (!taken) return taken.error();
        for (std::size_t i = 0; i < open.size(); ++i)
            open[i].left = std::max<std::int64_t>(0, capacity_ - (*taken)[i]);
        return open;
    });
}

Result<Pause> OpeningHours::pause(std::optional<Timestamp> until, std::string reason) {
    const Pause pause{clock_.now(), until, std::move(reason)};
    if (until && *until <= pause.since)
        return invalid_field("/until", "out_of_range", "Choose a time in the future.");
    const Status put = store_.transact([&](Transaction& tx) { return pauses_.put(tx, pause); });
    if (!put) return put.error();
    return pause;
}

Status OpeningHours::resume() {
    return store_.transact([&](Transaction& tx) { return pauses_.remove(tx); });
}

}  // namespace kitchen::opening_hours
