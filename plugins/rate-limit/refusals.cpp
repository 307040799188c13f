#include "refusals.h"

#include <utility>

namespace kitchen::rate_limit {

void Refusals::add(const Policy& policy, std::string_view subject, std::string_view request_id) {
    std::int64_t since = 0;
    {
        std::lock_guard lock(mutex_);
        Tally& tally = tallies_[policy.name];
        if (!tally.metric)
            tally.metric =
                &metrics_.counter("kitchen_rate_limit_refusals_total",
                                  "Requests refused by a rate limit.", {{"policy", policy.name}});
        tally.metric->add();
        ++tally.not_logged;
        const auto now = clock_.steady_now();
        if (now < tally.next_log) return;
        tally.next_log = now + std::chrono::seconds(1);
        since = std::exchange(tally.not_logged, 0);
    }
    log_.warn("requests refused", {{"policy", policy.name},
                                   {"count", since},
                                   {"latest", subject},
                                   {"request_id", request_id}});
}

}  // namespace kitchen::rate_limit
