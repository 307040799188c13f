// The idempotency keys of the mails that were handed over lately. SMTP has no such keys, so all
// that can be known is what this process has sent.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "kitchen/clock.h"

namespace kitchen::smtp {

class RecentKeys {
public:
    static constexpr std::chrono::hours kept{24};
    /// Beyond that the oldest are forgotten: some 10 MB.
    static constexpr std::size_t most = 100'000;

    /// The clock must outlive it.
    explicit RecentKeys(const Clock& clock) : clock_(clock) {}

    void add(std::string digest);
    bool contains(const std::string& digest);

private:
    void forget_old();

    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_set<std::string> keys_;
    std::deque<std::pair<std::chrono::steady_clock::time_point, std::string>> by_age_;
};

}  // namespace kitchen::smtp
