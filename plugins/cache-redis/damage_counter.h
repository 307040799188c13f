// Counts values in Redis that are not what was written there, and says so in the log at most once a
// minute.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "kitchen/clock.h"
#include "kitchen/log.h"

namespace kitchen::redis {

class DamageCounter {
public:
    static constexpr std::chrono::minutes quiet_for{1};

    /// Both must outlive it.
    DamageCounter(const Clock& clock, Logger& log) : clock_(clock), log_(log) {}

    /// `key`: only what stands before its first ':' is logged, the plugin whose value it was; the
    /// rest may hold personal data.
    void count(std::string_view key) {
        const std::int64_t total = ++total_;
        {
            std::lock_guard lock(mutex_);
            const auto now = clock_.steady_now();
            if (logged_at_ && now - *logged_at_ < quiet_for) return;
            logged_at_ = now;
        }
        log_.warn(
            "a value in Redis is damaged, or was written with another key; it counts as missing",
            {{"owner", key.substr(0, key.find(':'))}, {"damaged_in_all", total}});
    }
    std::int64_t total() const noexcept { return total_; }

private:
    const Clock& clock_;
    Logger& log_;
    std::atomic<std::int64_t> total_{0};
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> logged_at_;
};

}  // namespace kitchen::redis
