// Slows down guessing of passwords: so many failures at once, and one more every while; for one
// account from one client, or from one client whatever the account. The account stays open to
// everybody else.
//
// Only failures count, so the question "may this one try?" and the count are two steps: a refusal
// is a cache entry of its own, set by the failure that used up the budget, and looked at before any
// costly work.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/cache.h"
#include "attempt_limit.h"
#include "keys/secret_key.h"

namespace kitchen::auth {

class LoginThrottle {
public:
    /// `limit.burst` 0: no throttle. `cache` must outlive this.
    LoginThrottle(Cache& cache, SecretKey key, Limit limit)
        : cache_(cache), key_(key), limit_(limit) {}

    /// Names the pair of account and client, without showing either. `account`: whatever tells
    /// accounts apart; "": all of them.
    std::string subject(std::string_view account, std::string_view client_address) const;

    /// Error: too_many_requests with Retry-After; unavailable when the cache is.
    Status check(std::string_view subject) const;
    /// Counts a failure. Error: unavailable when the cache is.
    Status failed(std::string_view subject);

private:
    Cache& cache_;
    const SecretKey key_;
    const Limit limit_;
};

/// The answer to too many failures.
Error too_many_failures(std::chrono::seconds retry_after);

}  // namespace kitchen::auth
