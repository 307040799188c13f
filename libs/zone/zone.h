// A time zone of the IANA database, and its clock.
//
// A clock that is put forward leaves out some local times, and one that is put back shows some
// twice. A time that is left out stands for the instant of the change.
//
// Thread-safety: immutable; the zones belong to the date library and live as long as the process.
#pragma once

#include <chrono>
#include <string>

#include "kitchen/result.h"
#include "kitchen/time.h"

// Only zone.cpp sees the library.
namespace date {
class time_zone;
}

namespace kitchen {

using LocalTime = std::chrono::local_seconds;
using LocalDate = std::chrono::local_days;

class Zone {
public:
    /// By its IANA name: "Africa/Lagos". Reads the machine's database. The error's detail goes on
    /// after a key: "is …".
    static Result<Zone> find(const std::string& name);

    const std::string& name() const noexcept { return name_; }

    LocalTime local(Timestamp at) const;
    LocalDate date(Timestamp at) const { return std::chrono::floor<std::chrono::days>(local(at)); }
    /// When the clock shows this for the first time.
    Timestamp first(LocalTime time) const;
    /// When the clock shows this for the last time.
    Timestamp last(LocalTime time) const;

    /// "Mon 2 Mar 2026, 08:00".
    std::string text(Timestamp at) const;
    /// For the person who reads it now: "today, 18:30 (Sun 1 Mar 2026)", "tomorrow, 12:00 (Mon 2
    /// Mar 2026)", and of other days as above.
    std::string text(Timestamp at, Timestamp now) const;

private:
    std::string clock(Timestamp at) const;  ///< "08:00"

    Zone(std::string name, const date::time_zone& zone) : name_(std::move(name)), zone_(&zone) {}

    std::string name_;
    const date::time_zone* zone_;
};

}  // namespace kitchen
