// How often something may be tried: AttemptLimit counts every attempt, FailureLimit only those that
// failed.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "keys/server_key.h"
#include "kitchen/cache.h"
#include "kitchen/result.h"

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
    /// `subject`: at most 200 bytes, not personal data in the clear.
    Status tick(std::string_view subject);

private:
    Cache& cache_;
    const Limit limit_;
    const std::string name_, code_, detail_;
};

/// Failures for one account from one client, or from one client whatever the account. The account
/// stays open to everybody else.
///
/// The question "may this one try?" and the count are two steps, because only failures count: a
/// refusal is a cache entry of its own, set by the failure that used up the limit, and looked at
/// before any costly work.
class FailureLimit {
public:
    /// `cache` and `key` must outlive this.
    FailureLimit(Cache& cache, const ServerKey& key, Limit limit)
        : cache_(cache), key_(key, "login throttle"), limit_(limit) {}

    /// Names the pair of account and client, without showing either. `account`: whatever tells
    /// accounts apart; "": all of them.
    std::string subject(std::string_view account, std::string_view client_address) const;

    /// Error: too_many_requests with Retry-After; unavailable when the cache is.
    Status check(std::string_view subject) const;
    /// Counts a failure. Error: unavailable when the cache is.
    Status failed(std::string_view subject);

private:
    Cache& cache_;
    const PurposeKey key_;
    const Limit limit_;
};

/// The error for too many failures.
Error too_many_failures(std::chrono::seconds retry_after);

/// Whole seconds for a Retry-After: rounded up, at least 1.
std::chrono::seconds retry_seconds(std::chrono::milliseconds wait);

}  // namespace kitchen::auth
