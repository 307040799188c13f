// The two middlewares: by address before the client is identified, so that a flood costs no
// password hash; by user once that is known.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "counter.h"
#include "kitchen/http/middleware.h"
#include "refusals.h"
#include "rate_limit_settings.h"

namespace kitchen::rate_limit {

class Limiter {
public:
    /// Both references must outlive every further call.
    Limiter(Policies policies, Counter& counter, Refusals& refusals)
        : policies_(std::move(policies)), counter_(counter), refusals_(refusals) {}

    /// In the shield phase.
    Result<http::Response> by_address(http::Request& request, const http::Next& next) const;
    /// In the admit phase.
    Result<http::Response> by_user(http::Request& request, const http::Next& next) const;

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
