// Every minute of weeks around a change of the clock: an oracle, the explanation of a food and the
// step of the checkout say the same. The oracle reads the machine's zones through localtime_r and
// knows nothing of the classes that are tested, nor of their library.
#include <cstdlib>
#include <ctime>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "hours_kitchen.h"

namespace kitchen::opening_hours {
namespace {

/// Minutes since midnight of the day; the end may be past 24 h.
using Ranges = std::vector<std::pair<int, int>>;

constexpr int clock_of(int hour, int minute = 0) { return hour * 60 + minute; }

/// What a clock on the wall shows in each minute of a span of time.
class WallClock {
public:
    WallClock(const char* zone, std::time_t begin, std::time_t end) : begin_(begin) {
        setenv("TZ", zone, 1);
        tzset();
        for (std::time_t time = begin; time < end; time += 60) {
            std::tm wall{};
            localtime_r(&time, &wall);
            const std::int64_t shown = timegm(&wall) / 60;
            first_.emplace(shown, shown_.size());
            last_[shown] = shown_.size();
            shown_.push_back(shown);
        }
        unsetenv("TZ");
        tzset();
    }

    std::size_t size() const { return shown_.size(); }
    Timestamp time(std::size_t minute) const {
        return Timestamp(std::chrono::seconds(begin_ + 60 * static_cast<std::time_t>(minute)));
    }

    /// Which minutes lie in the ranges that `of` gives for a date (days since 1970).
    template <class Of>
    std::vector<bool> inside(Of of) const {
        std::vector<bool> found(size(), false);
        for (std::int64_t day = shown_.front() / 1440; day <= shown_.back() / 1440; ++day)
            for (const auto& [opens, closes] : Ranges(of(day)))
                for (std::size_t i = find(first_, day * 1440 + opens),
                                 end = find(last_, day * 1440 + closes);
                     i < end; ++i)
                    found[i] = true;
        return found;
    }

private:
    /// The minute in which the clock shows it; else the first after it.
    std::size_t find(const std::map<std::int64_t, std::size_t>& minutes, std::int64_t shown) const {
        if (const auto at = minutes.find(shown); at != minutes.end()) return at->second;
        std::size_t i = 0;
        while (i < size() && shown_[i] < shown) ++i;
        return i;
    }

    std::time_t begin_;
    std::vector<std::int64_t> shown_;  ///< minutes since 1970 as if the clock were UTC's
    std::map<std::int64_t, std::size_t> first_, last_;
};

/// 0: Monday.
int weekday_of(std::int64_t day) { return static_cast<int>((day + 3) % 7); }
std::int64_t day_number(int year, int month, int day) {
    std::tm date{};
    date.tm_year = year - 1900;
    date.tm_mon = month - 1;
    date.tm_mday = day;
    return timegm(&date) / 86'400;
}

/// The same as settings() says.
Ranges hours_of(std::int64_t day) {
    if (day == day_number(2026, 3, 30) || day == day_number(2026, 10, 26)) return {};
    if (day == day_number(2026, 3, 31) || day == day_number(2026, 10, 27))
        return {{clock_of(10), clock_of(16)}};
    const int weekday = weekday_of(day);
    if (weekday <= 2) return {{clock_of(8), clock_of(15)}, {clock_of(18), clock_of(26)}};
    if (weekday == 3) return {};
    if (weekday <= 5) return {{clock_of(11, 30), clock_of(25, 30)}};
    return {{clock_of(2), clock_of(3)}, {clock_of(9), clock_of(24)}};
}
Ranges breakfast_of(std::int64_t day) {
    const int weekday = weekday_of(day);
    if (weekday <= 4) return {{clock_of(7), clock_of(11)}};
    if (weekday == 5) return {{clock_of(22), clock_of(25)}};
    return {{clock_of(1, 15), clock_of(1, 45)}, {clock_of(2, 30), clock_of(11)}};
}
HoursSettings settings(const char* zone) {
    HoursSettings settings;
    settings.zone = zone;
    settings.hours = {"mon-wed 08:00-15:00, 18:00-02:00", "fri,sat 11:30-01:30",
                      "sun 02:00-03:00, 09:00-24:00"};
    settings.exceptions = {"2026-03-30 closed Stocktaking", "2026-03-31 10:00-16:00",
                           "2026-10-26 closed", "2026-10-27 10:00-16:00"};
    settings.mealtimes = {"category:breakfast mon-fri 07:00-11:00",
                          "category:breakfast sat 22:00-01:00",
                          "category:breakfast sun 01:15-01:45, 02:30-11:00"};
    return settings;
}

void expect_every_minute(const char* zone, std::int64_t first_day, int day_count) {
    constexpr std::size_t margin = 3 * 1440;
    const WallClock wall(zone, first_day * 86'400 - 60 * static_cast<std::time_t>(margin),
                         (first_day + day_count) * 86'400 + 60 * static_cast<std::time_t>(margin));
    const std::vector<bool> open = wall.inside(hours_of), breakfast = wall.inside(breakfast_of);

    HoursKitchen kitchen(settings(zone));
    const std::int64_t pancakes = kitchen.kitchen.food("Pancakes", 100);
    kitchen.kitchen.edit(pancakes, [](FoodDraft& draft) { draft.category = "Breakfast"; });
    const CartContents cart = kitchen.kitchen.store
                                  ->read<CartContents>([&](Transaction& tx) {
                                      return kitchen.kitchen.carts.alone(tx, pancakes);
                                  })
                                  .value();
    int changes = 0;
    for (std::size_t i = margin; i + margin < wall.size(); ++i) {
        const Timestamp time = wall.time(i);
        std::vector<std::string> expected, explained;
        if (!breakfast[i]) expected.emplace_back("/items/0/food not_at_this_time");
        if (!open[i]) expected.emplace_back("/scheduled_for closed");
        if (!breakfast[i]) explained.emplace_back("/food_id not_at_this_time");
        if (!open[i]) explained.emplace_back("/at closed");

        ASSERT_EQ(kitchen.explain(pancakes, time), explained) << format_rfc3339(time);
        CheckoutDraft draft;
        draft.cart = cart;
        draft.now = kitchen.kitchen.clock.now();
        draft.scheduled_for = time;
        kitchen.kitchen.store
            ->read([&](Transaction& tx) { return kitchen.hours.consider(tx, draft); })
            .value();
        ASSERT_EQ(texts(draft.problems()), expected) << format_rfc3339(time);

        // The whole checkout around each change.
        if (open[i] == open[i + 1] && open[i] == open[i - 1] && breakfast[i] == breakfast[i + 1] &&
            breakfast[i] == breakfast[i - 1])
            continue;
        ASSERT_EQ(kitchen.place(1, pancakes, time), expected) << format_rfc3339(time);
        ++changes;
    }
    EXPECT_GT(changes, 4 * day_count);
}

}  // namespace

TEST(EveryMinute, OfTwoWeeksInLondonWhenTheClockIsPutForward) {
    expect_every_minute("Europe/London", day_number(2026, 3, 22), 14);
}

TEST(EveryMinute, OfTwoWeeksInLondonWhenTheClockIsPutBack) {
    expect_every_minute("Europe/London", day_number(2026, 10, 18), 14);
}

TEST(EveryMinute, OfAWeekInLagos) {
    expect_every_minute("Africa/Lagos", day_number(2026, 3, 29), 7);
}

}  // namespace kitchen::opening_hours
