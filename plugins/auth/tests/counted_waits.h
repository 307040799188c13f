// Counts how often a thread was parked.
//
// Thread-safety: as Waits.
#pragma once

#include <atomic>

#include "kitchen/waits.h"

namespace kitchen::auth {

class CountedWaits final : public Waits {
public:
    void begin() noexcept override {
        ++now;
        ++begun;
    }
    void end() noexcept override { --now; }

    std::atomic<int> now{0}, begun{0};
};

}  // namespace kitchen::auth
