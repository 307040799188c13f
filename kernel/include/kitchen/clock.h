// The time, injected so that tests can move it.
//
// Thread-safety: all calls, from any thread. Owned by the kernel; lives longer than every plugin.
#pragma once

#include <chrono>
#include <string_view>

#include "kitchen/time.h"

namespace kitchen {

class Clock {
public:
    using Interface = Clock;
    static constexpr std::string_view interface_name = "clock/1";
    virtual ~Clock() = default;
    /// Wall clock, UTC. May jump.
    virtual Timestamp now() const = 0;
    /// Never goes back; for timeouts and TTLs inside one process.
    virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

}  // namespace kitchen
