#include "zone.h"

#include <array>
#include <exception>

#include <date/tz.h>

#include "day_ranges.h"

namespace kitchen::opening_hours {
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
    const LocalTime time = local(at);
    const LocalDate day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    return std::string(days.at(std::chrono::weekday(day).c_encoding())) + ' ' +
           std::to_string(static_cast<unsigned>(date.day())) + ' ' +
           months.at(static_cast<unsigned>(date.month()) - 1) + ' ' +
           std::to_string(static_cast<int>(date.year())) + ", " +
           clock_text(std::chrono::floor<std::chrono::minutes>(time - day));
}

}  // namespace kitchen::opening_hours
