// Where every refusal is counted and logged: here and nowhere else.
//
// Each refused request is in the kernel's access log already; a flood of them must not fill the log
// twice. So at most one warning a second and policy is written, with how many were refused since
// the one before.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/metrics.h"
#include "rate_limit_settings.h"

namespace kitchen::rate_limit {

class Refusals {
public:
    /// All must outlive this.
    Refusals(const Clock& clock, Metrics& metrics, Logger& log)
        : clock_(clock), metrics_(metrics), log_(log) {}

    void add(const Policy& policy, std::string_view subject, std::string_view request_id);

private:
    struct Tally {
        kitchen::Counter* metric = nullptr;
        std::int64_t not_logged = 0;
        std::chrono::steady_clock::time_point next_log{};
    };

    const Clock& clock_;
    Metrics& metrics_;
    Logger& log_;
    std::mutex mutex_;
    std::map<std::string, Tally> tallies_;
};

}  // namespace kitchen::rate_limit
