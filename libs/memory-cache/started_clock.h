// The kernel's clock for an object that must exist before start(), when services cannot be reached
// yet.
//
// Thread-safety: bind() once, before anyone else may call (that is what start order gives); the
// rest as Clock.
#pragma once

#include "kitchen/clock.h"

namespace kitchen {

class StartedClock : public Clock {
public:
    void bind(const Clock& clock) noexcept { clock_ = &clock; }
    Timestamp now() const override { return clock_->now(); }
    std::chrono::steady_clock::time_point steady_now() const override {
        return clock_->steady_now();
    }

private:
    const Clock* clock_ = nullptr;
};

}  // namespace kitchen
