// Counts requests: in the shared cache, so that all replicas count together, or in this process
// when that is away.
//
// One atomic operation of the cache a count. After a failure of the cache no request waits for it:
// for `retry_interval` all is counted here, then one request tries the cache again. What was
// counted in one place is not known in the other, so a change of place can let a client have its
// burst once more.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <string_view>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "memory_cache.h"
#include "rate_limit_settings.h"

namespace kitchen::rate_limit {

class Counter {
public:
    static constexpr std::chrono::seconds retry_interval{1};
    static constexpr std::size_t local_bytes =
        16 * 1024 * 1024;  ///< some 80,000 clients; past it the longest unseen are forgotten

    /// All must outlive this.
    Counter(Cache& shared, const Clock& clock, Logger& log);

    /// One request of `subject` against `policy`, whose burst is not 0. `may_block` false: counted
    /// here and nowhere else.
    RateDecision count(const Policy& policy, std::string_view subject, bool may_block);

    /// Whether requests can be counted in the shared cache now. Error: unavailable, with a
    /// sentence.
    Status check();

private:
    bool is_shared_due();
    void note_failure(const Error& error);
    void note_success();

    Cache& shared_;
    const Clock& clock_;
    Logger& log_;
    MemoryCache local_;
    std::atomic<bool> away_{false};
    std::atomic<std::chrono::steady_clock::rep> retry_at_{0};
};

}  // namespace kitchen::rate_limit
