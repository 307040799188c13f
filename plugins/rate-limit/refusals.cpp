#include "refusals.h"

#include <utility>

namespace kitchen::rate_limit {

void Refusals::add(const Policy& policy, std::string_view subject, std::string_view request_id) {
    std::int64_t since = 0;
    {
        std::lock_guard lock(mutex_);
        Tally& tally = tallies_[policy.name];
        ++tally.all;
        const auto now = clock_.steady_now();
        if (now < tally.next_log) return;
        tally.next_log = now + std::chrono::seconds(1);
        since = tally.all - std::exchange(tally.logged, tally.all);
    }
    log_.warn("requests refused", {{"policy", policy.name}, {"count", since}, {"latest", subject}, {"request_id", request_id}});
}

std::int64_t Refusals::count(const std::string& policy_name) const {
    std::lock_guard lock(mutex_);
    const auto found = tallies_.find(policy_name);
    return found == tallies_.end() ? 0 : found->second.all;
}

}  // namespace kitchen::rate_limit
