#include "zone.h"

#include <array>
#include <exception>

#include <date/tz.h>

namespace kitchen {
namespace {

date::local_info info_of(const date::time_zone& zone, LocalTime time) {
    return zone.get_info(date::local_seconds(time.time_since_epoch()));
}
Timestamp instant(LocalTime time, const date::sys_info& rule) {
    return Timestamp(time.time_since_epoch() - rule.offset);
}

}  // namespace

Result<Zone> Zone::find(const std::string& name) {
    const auto unknown = [&name](const std::string& why) {
        return Error(Errc::unprocessable, "zone_unknown", "'" + name + "' " + why);
    };
    try {
        date::get_tzdb();
    } catch (const std::exception& error) {
        return unknown(std::string("cannot be looked up: no time zone database (tzdata): ") +
                       error.what());
    }
    try {
        const date::time_zone& zone = *date::locate_zone(name);
        // Zones are read when they are first asked for something.
        zone.get_info(date::sys_seconds(std::chrono::seconds(0)));
        return Zone(name, zone);
    } catch (const std::exception&) {
        return unknown("is no time zone of the IANA database; write one such as Africa/Lagos");
    }
}

LocalTime Zone::local(Timestamp at) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    return LocalTime(seconds.time_since_epoch() + zone_->get_info(seconds).offset);
}

Timestamp Zone::first(LocalTime time) const {
    const date::local_info info = info_of(*zone_, time);
    return info.result == date::local_info::nonexistent ? Timestamp(info.first.end)
                                                        : instant(time, info.first);
}

Timestamp Zone::last(LocalTime time) const {
    const date::local_info info = info_of(*zone_, time);
    return info.result == date::local_info::ambiguous ? instant(time, info.second) : first(time);
}

std::string Zone::text(Timestamp at) const {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const LocalDate day = date(at);
    const std::chrono::year_month_day ymd(day);
    return std::string(days.at(std::chrono::weekday(day).c_encoding())) + ' ' +
           std::to_string(static_cast<unsigned>(ymd.day())) + ' ' +
           months.at(static_cast<unsigned>(ymd.month()) - 1) + ' ' +
           std::to_string(static_cast<int>(ymd.year())) + ", " + clock(at);
}

std::string Zone::text(Timestamp at, Timestamp now) const {
    const std::chrono::days ahead = date(at) - date(now);
    const std::string full = text(at);
    if (ahead.count() < 0 || ahead.count() > 1) return full;
    return std::string(ahead.count() == 0 ? "today, " : "tomorrow, ") + clock(at) + " (" +
           full.substr(0, full.find(',')) + ')';
}

std::string Zone::clock(Timestamp at) const {
    const LocalTime time = local(at);
    const std::chrono::hh_mm_ss<std::chrono::seconds> of_day(
        time - std::chrono::floor<std::chrono::days>(time));
    const auto two = [](std::int64_t number) {
        return (number < 10 ? "0" : "") + std::to_string(number);
    };
    return two(of_day.hours().count()) + ':' + two(of_day.minutes().count());
}

}  // namespace kitchen
