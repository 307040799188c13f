// A limit on how often something may happen, counted in the cache and so shared by all replicas.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/cache.h"

namespace kitchen::auth {

/// `burst` at once and one more every `period`. A burst of 0 is no limit.
struct Limit {
    std::int64_t burst = 0;
    std::chrono::milliseconds period{0};
};

class AttemptLimit {
public:
    /// Counts under "auth:<name>:<subject>". `code` and `detail` are what a refusal says. `cache`
    /// must outlive this.
    AttemptLimit(Cache& cache, Limit limit, std::string name, std::string code, std::string detail)
        : cache_(cache),
          limit_(limit),
          name_(std::move(name)),
          code_(std::move(code)),
          detail_(std::move(detail)) {}

    /// Counts one. Error: too_many_requests with Retry-After; unavailable when the cache is.
    /// `subject`: at most 200 octets, not personal data in the clear.
    Status tick(std::string_view subject);

private:
    Cache& cache_;
    const Limit limit_;
    const std::string name_, code_, detail_;
};

/// Whole seconds for a Retry-After: rounded up, at least 1.
std::chrono::seconds retry_seconds(std::chrono::milliseconds wait);

}  // namespace kitchen::auth
