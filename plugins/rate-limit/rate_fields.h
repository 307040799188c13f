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
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>

#include "kitchen/cache.h"
#include "kitchen/http/request.h"
#include "rate_limit_settings.h"

namespace kitchen::rate_limit {

/// Adds one policy and what is left of it, behind what is there already.
void add_fields(http::Fields& response, const Policy& policy, const RateDecision& decision);

/// Whole seconds, rounded up.
std::int64_t seconds_up(std::chrono::milliseconds time);

}  // namespace kitchen::rate_limit
