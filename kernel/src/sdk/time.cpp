#include "kitchen/time.h"

#include <algorithm>

namespace kitchen {
namespace {

using std::chrono::milliseconds;

constexpr Timestamp first{std::chrono::sys_days{std::chrono::January / 1 / 1}};
constexpr Timestamp last{std::chrono::sys_days{std::chrono::December / 31 / 9999} +
                         std::chrono::days{1} - milliseconds{1}};

void put_digits(char*& at, int value, int width) {
    for (int i = width - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    at += width;
}

/// Takes a text apart from the left. Once something did not fit, `ok` stays false.
struct Scanner {
    std::string_view rest;
    bool ok = true;

    int digits(std::size_t width) {
        int value = 0;
        if (rest.size() < width) {
            ok = false;
            return 0;
        }
        for (std::size_t i = 0; i < width; ++i) {
            if (rest[i] < '0' || rest[i] > '9') {
                ok = false;
                return 0;
            }
            value = value * 10 + (rest[i] - '0');
        }
        rest.remove_prefix(width);
        return value;
    }
    /// One of `wanted`; '\0' when something else stands there.
    char one_of(std::string_view wanted) {
        if (rest.empty() || wanted.find(rest.front()) == std::string_view::npos) return '\0';
        const char c = rest.front();
        rest.remove_prefix(1);
        return c;
    }
    void expect(std::string_view wanted) {
        if (one_of(wanted) == '\0') ok = false;
    }
};

/// The digits after the point, cut to milliseconds.
milliseconds scan_fraction(Scanner& in) {
    int millis = 0;
    int count = 0;
    while (!in.rest.empty() && in.rest.front() >= '0' && in.rest.front() <= '9') {
        if (count < 3) millis = millis * 10 + (in.rest.front() - '0');
        in.rest.remove_prefix(1);
        ++count;
    }
    if (count == 0 || count > 9) in.ok = false;
    for (int i = count; i < 3; ++i) millis *= 10;
    return milliseconds(millis);
}

/// East of UTC.
std::chrono::minutes scan_offset(Scanner& in) {
    if (in.one_of("Zz") != '\0') return {};
    const char sign = in.one_of("+-");
    const int hours = in.digits(2);
    in.expect(":");
    const int minutes = in.digits(2);
    if (sign == '\0' || hours > 23 || minutes > 59) in.ok = false;
    const std::chrono::minutes east{hours * 60 + minutes};
    return sign == '-' ? -east : east;
}

}  // namespace

std::string format_rfc3339(Timestamp at) {
    at = std::clamp(at, first, last);
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(at - day);

    std::string out(24, '\0');
    char* p = out.data();
    const auto put = [&p](auto value, int width, char after) {
        put_digits(p, static_cast<int>(value), width);
        *p++ = after;
    };
    put(static_cast<int>(date.year()), 4, '-');
    put(static_cast<unsigned>(date.month()), 2, '-');
    put(static_cast<unsigned>(date.day()), 2, 'T');
    put(time.hours().count(), 2, ':');
    put(time.minutes().count(), 2, ':');
    put(time.seconds().count(), 2, '.');
    put(time.subseconds().count(), 3, 'Z');
    return out;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    Scanner in{text};
    const int year = in.digits(4);
    in.expect("-");
    const int month = in.digits(2);
    in.expect("-");
    const int day = in.digits(2);
    in.expect("Tt");
    const int hour = in.digits(2);
    in.expect(":");
    const int minute = in.digits(2);
    in.expect(":");
    const int second = in.digits(2);
    const milliseconds fraction = in.one_of(".") != '\0' ? scan_fraction(in) : milliseconds{0};
    const auto east = scan_offset(in);
    if (!in.ok || !in.rest.empty()) return std::nullopt;

    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;

    const auto to_minute = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                           std::chrono::minutes(minute) - east;
    // A leap second ends a UTC day; POSIX time has no place for it and counts it as the next
    // second.
    if (second == 60 &&
        (to_minute + std::chrono::minutes(1)).time_since_epoch() % std::chrono::days(1) !=
            std::chrono::minutes(0))
        return std::nullopt;
    const Timestamp at =
        to_minute + std::chrono::seconds(second) + (second == 60 ? milliseconds{0} : fraction);
    if (at < first || at > last) return std::nullopt;
    return at;
}

}  // namespace kitchen
