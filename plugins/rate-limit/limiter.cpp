#include "limiter.h"

#include "kitchen/ip.h"
#include "rate_fields.h"

namespace kitchen::rate_limit {

const ClassSettings* Limiter::class_of(const http::Request& request) const {
    // A preflight must not eat up the limit of what it asks for; and which route of the path it was
    // matched to means nothing.
    if (request.method == "OPTIONS") return &policies_.rest;
    if (policies_.exempt.holds(*request.route)) return nullptr;
    for (const ClassSettings& one : policies_.classes)
        if (one.routes.holds(*request.route)) return &one;
    return &policies_.rest;
}

Status Limiter::take(const Policy& policy, std::string_view subject, const char* whose,
                     http::Request& request) const {
    if (policy.burst == 0) return {};
    const RateDecision decision = counter_.count(policy, subject, !request.route->is_inline);
    add_fields(request.response_fields, policy, decision);
    if (decision.allowed) return {};
    refusals_.add(policy, subject, request.request_id);
    const std::chrono::seconds wait(std::max<std::int64_t>(seconds_up(decision.retry_after), 1));
    return Error(Errc::too_many_requests, "rate_limited",
                 "Too many requests from your " + std::string(whose) + ". Try again in " +
                     std::to_string(wait.count()) + (wait.count() == 1 ? " second." : " seconds."))
        .with_member("violated-policies", Json::array({policy.name}))
        .retry_in(wait);
}

Result<http::Response> Limiter::by_address(http::Request& request, const http::Next& next) const {
    if (const ClassSettings* one = class_of(request))
        if (Status taken =
                take(one->per_address, client_network(request.client_address), "address", request);
            !taken)
            return std::move(taken).error();
    return next();
}

Result<http::Response> Limiter::by_user(http::Request& request, const http::Next& next) const {
    if (!request.principal) return next();
    if (const ClassSettings* one = class_of(request))
        if (Status taken =
                take(one->per_user, std::to_string(request.principal->user_id), "account", request);
            !taken)
            return std::move(taken).error();
    return next();
}

}  // namespace kitchen::rate_limit
