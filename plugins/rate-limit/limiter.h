// The two middlewares: by address before the client is identified, so that a flood costs no
// password hash; by user once that is known. And what they say: the fields of every response, the
// log and the metric of a refusal.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "counter.h"
#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/http/middleware.h"
#include "kitchen/http/request.h"
#include "kitchen/log.h"
#include "kitchen/metrics.h"
#include "rate_limit_settings.h"

namespace kitchen::rate_limit {

// RateLimit-Policy and RateLimit, the fields that tell a client its limits
// (draft-ietf-httpapi-ratelimit-headers-10): lists of strings with parameters (structured fields,
// RFC 9651).
//
//     RateLimit-Policy: "default-address";q=2000;w=20, "default-user";q=600;w=60
//     RateLimit: "default-address";r=1999;t=1, "default-user";r=598;t=1
//
// q: requests at once; w: seconds in which all of them come back; r: what is left of them; t:
// seconds until all have come back, or, on a refusal, until the next request would be taken, as in
// Retry-After (section 6 of the draft wants the two to agree).

/// Adds one policy and what is left of it, behind what is there already.
void add_fields(http::Fields& response, const Policy& policy, const RateDecision& decision);

/// Where every refusal is counted and logged: here and nowhere else.
///
/// Each refused request is in the kernel's access log already; a flood of them must not fill the
/// log twice. So at most one warning a second and policy is written, with how many were refused
/// since the one before.
class Refusals {
public:
    /// All must outlive this.
    Refusals(const Clock& clock, Metrics& metrics, Logger& log)
        : clock_(clock), metrics_(metrics), log_(log) {}

    void add(const Policy& policy, std::string_view subject, std::string_view request_id);

private:
    struct Tally {
        kitchen::Counter* metric = nullptr;
        std::int64_t not_logged = 0;
        std::chrono::steady_clock::time_point next_log{};
    };

    const Clock& clock_;
    Metrics& metrics_;
    Logger& log_;
    std::mutex mutex_;
    std::map<std::string, Tally> tallies_;
};

class Limiter {
public:
    /// Both references must outlive every further call.
    Limiter(Policies policies, Counter& counter, Refusals& refusals)
        : policies_(std::move(policies)), counter_(counter), refusals_(refusals) {}

    /// In the shield phase.
    Result<http::Response> by_address(http::Request& request, const http::Next& next) const;
    /// In the admit phase.
    Result<http::Response> by_user(http::Request& request, const http::Next& next) const;

    /// Of settings that name a route which is not there: they limit nothing.
    std::vector<std::string> misses(const std::vector<http::Route>& routes) const;

private:
    /// nullptr for an exempt route.
    const ClassSettings* class_of(const http::Request& request) const;
    Status take(const Policy& policy, std::string_view subject, const char* whose,
                http::Request& request) const;

    const Policies policies_;
    Counter& counter_;
    Refusals& refusals_;
};

}  // namespace kitchen::rate_limit
