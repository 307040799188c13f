// Where every refusal is counted and logged: here and nowhere else.
//
// Each refused request is in the kernel's access log already; a flood of them must not fill the log twice. So at most one warning a second
// and policy is written, with how many were refused since the one before.
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
#include "settings.h"

namespace kitchen::rate_limit {

class Refusals {
public:
    /// Both must outlive this.
    Refusals(const Clock& clock, Logger& log) : clock_(clock), log_(log) {}

    void add(const Policy& policy, std::string_view subject, std::string_view request_id);
    /// Since the start, of the policy of that name.
    std::int64_t count(const std::string& policy_name) const;

private:
    struct Tally {
        std::int64_t all = 0;
        std::int64_t logged = 0;  ///< of `all`
        std::chrono::steady_clock::time_point next_log{};
    };

    const Clock& clock_;
    Logger& log_;
    mutable std::mutex mutex_;
    std::map<std::string, Tally> tallies_;
};

}  // namespace kitchen::rate_limit
