#include "day_ranges.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kitchen/text.h"

namespace kitchen::opening_hours {
namespace {

using std::chrono::minutes;

constexpr minutes whole_day = std::chrono::hours(24);
constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};

Error no_range_line(std::string_view line, const std::string& why) {
    return Error(Errc::unprocessable, "hours_invalid", "'" + std::string(line) + "': " + why);
}

/// Cuts the text before the first `separator`, or all of it, off the front of `rest`.
std::string_view cut(std::string_view& rest, std::string_view separators) {
    const std::size_t at = std::min(rest.find_first_of(separators), rest.size());
    const std::string_view front = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return front;
}
std::string_view cut_word(std::string_view& rest) {
    rest = without_blanks(rest);
    const std::string_view word = cut(rest, " \t");
    rest = without_blanks(rest);
    return word;
}

/// A number of exactly so many digits.
std::optional<int> digits(std::string_view text, std::size_t count) {
    if (text.size() != count || text.find_first_not_of("0123456789") != text.npos)
        return std::nullopt;
    return parse_number<int>(text);
}

/// "08:00" to "24:00".
std::optional<minutes> parse_clock(std::string_view text) {
    const auto hour = digits(text.substr(0, std::min<std::size_t>(2, text.size())), 2);
    if (text.size() != 5 || text[2] != ':' || !hour) return std::nullopt;
    const auto minute = digits(text.substr(3), 2);
    if (!minute || *minute > 59 || *hour > 24 || (*hour == 24 && *minute > 0)) return std::nullopt;
    return minutes(*hour * 60 + *minute);
}

/// "18:00-02:00".
std::optional<DayRange> parse_range(std::string_view text) {
    const std::string_view opens = cut(text, "-");
    const auto begin = parse_clock(opens), end = parse_clock(text);
    if (!begin || !end || *begin == whole_day || *begin == *end) return std::nullopt;
    return DayRange{*begin, *end < *begin ? *end + whole_day : *end};
}

Status add_range(DayRanges& ranges, const DayRange& range, std::string_view line) {
    const auto next = std::find_if(ranges.begin(), ranges.end(),
                                   [&](const DayRange& each) { return each.begin > range.begin; });
    if ((next != ranges.end() && range.end > next->begin) ||
        (next != ranges.begin() && std::prev(next)->end > range.begin))
        return no_range_line(line, "two ranges of a day overlap");
    ranges.insert(next, range);
    return {};
}

/// Takes "08:00-15:00, 18:00-02:00" off the front; what follows is left.
Result<std::vector<DayRange>> cut_ranges(std::string_view& rest, std::string_view line) {
    std::vector<DayRange> ranges;
    for (bool more = true; more;) {
        rest = without_blanks(rest);
        const std::size_t end = std::min(rest.find_first_of(", \t"), rest.size());
        const std::string_view text = rest.substr(0, end);
        const auto range = parse_range(text);
        if (!range)
            return no_range_line(line, "'" + std::string(text) +
                                           "' is no range of time such as 08:00-15:00, "
                                           "18:00-02:00 or 00:00-24:00");
        ranges.push_back(*range);
        rest = without_blanks(rest.substr(end));
        more = rest.starts_with(',');
        if (more) rest.remove_prefix(1);
    }
    return ranges;
}

std::optional<std::size_t> day_number(std::string_view name) {
    const auto found = std::find(day_names.begin(), day_names.end(), ascii_lower(name));
    if (found == day_names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - day_names.begin());
}

/// "mon", "mon-fri", "fri-mon", "mon,wed-thu".
std::optional<std::vector<std::size_t>> parse_days(std::string_view text) {
    if (text.ends_with(',')) return std::nullopt;
    std::array<bool, 7> listed{};
    do {
        std::string_view last = cut(text, ",");
        const bool is_span = last.find('-') != last.npos;
        const auto begin = day_number(cut(last, "-"));
        const auto end = is_span ? day_number(last) : begin;
        if (!begin || !end) return std::nullopt;
        for (std::size_t day = *begin;; day = (day + 1) % 7) {
            listed.at(day) = true;
            if (day == *end) break;
        }
    } while (!text.empty());
    std::vector<std::size_t> days;
    for (std::size_t day = 0; day < listed.size(); ++day)
        if (listed.at(day)) days.push_back(day);
    return days;
}

/// `text` is "mon-fri 08:00-15:00", a part of `line`.
Status add_week_line(WeeklyRanges& week, std::string_view text, std::string_view line) {
    const std::string_view names = cut_word(text);
    const auto days = parse_days(names);
    if (!days)
        return no_range_line(
            line, "'" + std::string(names) + "' are no days such as mon, mon-fri or sat,sun");
    Result<std::vector<DayRange>> ranges = cut_ranges(text, line);
    if (!ranges) return std::move(ranges).error();
    if (!text.empty())
        return no_range_line(line, "'" + std::string(text) + "' is too much after the ranges");
    for (const std::size_t day : *days)
        for (const DayRange& range : *ranges)
            if (Status added = add_range(week.at(day), range, line); !added) return added;
    return {};
}

/// "category:light meals mon 08:00-12:00" into "category:light meals" and the rest.
std::pair<std::string_view, std::string_view> split_at_days(std::string_view line) {
    std::string_view rest = line;
    cut_word(rest);  // even when the category is called "sun"
    while (!rest.empty()) {
        const auto begin = static_cast<std::size_t>(rest.data() - line.data());
        std::string_view next = rest;
        if (parse_days(cut_word(next))) return {without_blanks(line.substr(0, begin)), rest};
        rest = next;
    }
    return {without_blanks(line), {}};
}

}  // namespace

Result<WeeklyRanges> parse_weekly_ranges(std::span<const std::string> lines) {
    WeeklyRanges week;
    for (const std::string& line : lines)
        if (Status added = add_week_line(week, line, line); !added) return std::move(added).error();
    return week;
}

Result<std::vector<DateRanges>> parse_date_ranges(std::span<const std::string> lines) {
    std::vector<DateRanges> dates;
    for (const std::string& line : lines) {
        std::string_view rest = line;
        const std::string_view day = cut_word(rest);
        const auto date = parse_date(day);
        if (!date)
            return no_range_line(line, "'" + std::string(day) + "' is no date such as 2026-12-25");
        DateRanges exception{*date, {}, {}};
        std::string_view after = rest;
        if (cut_word(after) == "closed") {
            rest = after;
        } else {
            Result<std::vector<DayRange>> ranges = cut_ranges(rest, line);
            if (!ranges)
                return no_range_line(line,
                                     "after the date comes 'closed', or ranges such as "
                                     "10:00-16:00, then a name or nothing");
            for (const DayRange& range : *ranges)
                if (Status added = add_range(exception.ranges, range, line); !added)
                    return std::move(added).error();
        }
        exception.name = rest;
        dates.push_back(std::move(exception));
    }
    std::sort(dates.begin(), dates.end(),
              [](const DateRanges& a, const DateRanges& b) { return a.date < b.date; });
    for (std::size_t i = 1; i < dates.size(); ++i)
        if (dates[i].date == dates[i - 1].date)
            return no_range_line(date_text(dates[i].date), "there are two lines for this date");
    return dates;
}

Result<std::vector<FoodRanges>> parse_food_ranges(std::span<const std::string> lines) {
    std::vector<FoodRanges> foods;
    for (const std::string& line : lines) {
        const auto [which, when] = split_at_days(line);
        FoodRanges wanted;
        constexpr std::string_view category = "category:", food = "food:";
        if (which.starts_with(category))
            wanted.category = ascii_lower(without_blanks(which.substr(category.size())));
        else if (which.starts_with(food))
            wanted.food_id = parse_number(which.substr(food.size())).value_or(0);
        if (wanted.category.empty() && wanted.food_id < 1)
            return no_range_line(line, "begin with category:NAME or food:ID, then days");
        auto found = std::find_if(foods.begin(), foods.end(), [&](const FoodRanges& each) {
            return each.category == wanted.category && each.food_id == wanted.food_id;
        });
        if (found == foods.end()) found = foods.insert(found, std::move(wanted));
        if (Status added = add_week_line(found->week, when, line); !added)
            return std::move(added).error();
        found->text += (found->text.empty() ? "" : "; ") + std::string(when);
    }
    return foods;
}

std::optional<LocalDate> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = digits(text.substr(0, 4), 4), month = digits(text.substr(5, 2), 2),
               day = digits(text.substr(8), 2);
    if (!year || *year < 1 || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    return LocalDate(date);
}

std::string date_text(LocalDate date) {
    return format_rfc3339(Timestamp(date.time_since_epoch())).substr(0, 10);
}

std::string clock_text(minutes since_midnight) {
    const auto count = since_midnight.count() > whole_day.count()
                           ? since_midnight.count() % whole_day.count()
                           : since_midnight.count();
    const auto two = [](std::int64_t number) {
        return (number < 10 ? "0" : "") + std::to_string(number);
    };
    return two(count / 60) + ':' + two(count % 60);
}

}  // namespace kitchen::opening_hours
