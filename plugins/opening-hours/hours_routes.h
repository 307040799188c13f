// HTTP to the opening hours, the slots and the pause button.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include "kitchen/plugin.h"
#include "opening_hours.h"

namespace kitchen::opening_hours {

class HoursRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. All must
    /// outlive them.
    HoursRoutes(Setup& setup, OpeningHours& hours, Logger& log);
    HoursRoutes(const HoursRoutes&) = delete;
    HoursRoutes& operator=(const HoursRoutes&) = delete;

private:
    Result<http::Response> read();
    Result<http::Response> slots(const http::Request& request);
    Result<http::Response> pause(const http::Request& request);
    Result<http::Response> resume(const http::Request& request);

    OpeningHours& hours_;
    Logger& log_;
};

}  // namespace kitchen::opening_hours
