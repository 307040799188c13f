// Whether something can be had at a time: the hours, the pause button, the hours of single foods,
// the lead time and the places of the slot.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hours_settings.h"
#include "kitchen/checkout_step.h"
#include "kitchen/claims.h"
#include "kitchen/clock.h"
#include "pause.h"
#include "time_slots.h"

namespace kitchen::opening_hours {

/// What is known of the hours now.
struct HoursNow {
    Timestamp now;
    bool is_open = false;  ///< and not paused
    std::optional<Pause> pause;
    std::optional<Timestamp> next_opening, next_closing;
};

/// A slot that is open, at least in part.
struct OpenSlot {
    TimeSpan span;  ///< from the first whole minute that can be ordered for
    std::int64_t left = 0;
};

class OpeningHours final : public CheckoutStep {
public:
    OpeningHours(const HoursSettings& settings, Store& store, Claims& claims, const Clock& clock);

    Status consider(Transaction& tx, CheckoutDraft& draft) override;

    Result<HoursNow> now();
    /// Those of a date, full ones too, without those that it is too late for. None when there are
    /// no slots.
    Result<std::vector<OpenSlot>> slots(LocalDate date);
    /// From now. Errors: unprocessable when `until` has passed.
    Result<Pause> pause(std::optional<Timestamp> until, std::string reason);
    /// Success also when there is no pause.
    Status resume();

    const Calendar& calendar() const noexcept { return calendar_; }
    bool has_slots() const noexcept { return capacity_ > 0; }
    std::int64_t capacity() const noexcept { return capacity_; }
    LocalDate today() const { return calendar_.zone().date(clock_.now()); }

private:
    void consider_foods(CheckoutDraft& draft) const;
    Status consider_slot(Transaction& tx, CheckoutDraft& draft);
    /// The pause that still lasts.
    Result<std::optional<Pause>> pause_at(Transaction& tx, Timestamp now) const;

    const Calendar calendar_;
    const std::vector<Mealtime> mealtimes_;
    const std::chrono::minutes lead_time_;
    const std::int64_t capacity_;
    const TimeSlots slots_;
    Store& store_;
    Claims& claims_;
    const Clock& clock_;
    const PauseRepository pauses_;
};

}  // namespace kitchen::opening_hours
