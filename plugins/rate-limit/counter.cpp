#include "counter.h"

#include <string>

namespace kitchen::rate_limit {
namespace {

std::string key_of(const Policy& policy, std::string_view subject) {
    std::string key = "rate-limit:" + policy.name + ':';
    return key.append(subject.substr(0, 150));
}

}  // namespace

Counter::Counter(Cache& shared, const Clock& clock, Logger& log)
    : shared_(shared),
      clock_(clock),
      log_(log),
      local_(clock, {.max_bytes = local_bytes, .log = nullptr}) {}

RateDecision Counter::count(const Policy& policy, std::string_view subject, bool may_block) {
    const std::string key = key_of(policy, subject);
    if (may_block && is_shared_due()) {
        auto decision = shared_.rate_tick(key, policy.burst, policy.period);
        if (decision) {
            note_success();
            return *decision;
        }
        note_failure(decision.error());
    }
    const auto decision = local_.rate_tick(key, policy.burst, policy.period);
    // It refuses only what settings and key_of() keep from it.
    return decision ? *decision : RateDecision{true, policy.burst, {}, {}};
}

// While the cache is away one request an interval asks it: the one that moves the time on.
bool Counter::is_shared_due() {
    if (!away_.load(std::memory_order_relaxed)) return true;
    const auto now = clock_.steady_now().time_since_epoch();
    auto due = retry_at_.load();
    return now.count() >= due &&
           retry_at_.compare_exchange_strong(
               due,
               std::chrono::duration_cast<std::chrono::steady_clock::duration>(now + retry_interval)
                   .count());
}

void Counter::note_failure(const Error& error) {
    retry_at_ = (clock_.steady_now() + retry_interval).time_since_epoch().count();
    if (away_.exchange(true)) return;
    log_.warn("the cache is away: requests are counted in this process alone",
              {{"code", error.code}, {"detail", error.detail}});
}

void Counter::note_success() {
    if (away_.load(std::memory_order_relaxed) && away_.exchange(false))
        log_.info("the cache is back: all replicas count together again");
}

Status Counter::check() {
    const Policy probe{"health", 1'000'000, std::chrono::milliseconds(1)};
    if (auto decision = shared_.rate_tick(key_of(probe, "probe"), probe.burst, probe.period);
        !decision) {
        note_failure(decision.error());
        return Error(Errc::unavailable, "cache_away",
                     "The cache is away. Requests are counted in this process alone.");
    }
    note_success();
    return {};
}

}  // namespace kitchen::rate_limit
