// Which passwords were right a moment ago, so that HTTP Basic does not cost an Argon2 hash on every
// request. Holds keyed hashes of (user, credential version, password), bounded in number and age; a
// changed password or role changes the version and so misses. In this process only.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "kitchen/clock.h"

namespace kitchen::auth {

class RememberedCredentials {
public:
    /// `ttl` 0: remembers nothing. `clock` must outlive this.
    RememberedCredentials(const Clock& clock, std::chrono::milliseconds ttl,
                          std::size_t capacity = 10'000)
        : clock_(clock), ttl_(ttl), capacity_(capacity) {}

    bool contains(const std::string& hash) const;
    /// For `ttl` from now; the oldest gives way when there is no room.
    void remember(const std::string& hash);
    std::size_t size() const;

private:
    using Instant = std::chrono::steady_clock::time_point;

    const Clock& clock_;
    const std::chrono::milliseconds ttl_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Instant> until_;
    std::deque<std::pair<Instant, std::string>>
        oldest_first_;  ///< one entry for each remember(), in the order of expiry
};

}  // namespace kitchen::auth
