// The real clock and the real source of random bytes.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "kitchen/clock.h"
#include "kitchen/random.h"

namespace kitchen::observe {

class SystemClock : public Clock {
public:
    Timestamp now() const override;
    std::chrono::steady_clock::time_point steady_now() const override;
};

/// getrandom(2). Ends the process when the kernel of the operating system cannot give random bytes:
/// there is no safe way on.
class SystemRandom : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

}  // namespace kitchen::observe
