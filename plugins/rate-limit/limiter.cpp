#include "limiter.h"

#include <algorithm>
#include <utility>

#include "kitchen/ip.h"

namespace kitchen::rate_limit {
namespace {

void append(http::Fields& fields, std::string_view name, std::string item) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == name; });
    if (found == fields.end())
        fields.emplace_back(name, std::move(item));
    else
        found->second += ", " + item;
}

/// Whole seconds, rounded up.
std::int64_t seconds_up(std::chrono::milliseconds time) {
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

void add_fields(http::Fields& response, const Policy& policy, const RateDecision& decision) {
    const std::string name = '"' + policy.name + '"';
    const auto window = std::max<std::int64_t>(seconds_up(policy.burst * policy.period), 1);
    const auto wait = seconds_up(decision.allowed ? decision.reset_after : decision.retry_after);
    append(response, "RateLimit-Policy",
           name + ";q=" + std::to_string(policy.burst) + ";w=" + std::to_string(window));
    append(response, "RateLimit",
           name + ";r=" + std::to_string(decision.remaining) + ";t=" + std::to_string(wait));
}

void Refusals::add(const Policy& policy, std::string_view subject, std::string_view request_id) {
    std::int64_t since = 0;
    {
        std::lock_guard lock(mutex_);
        Tally& tally = tallies_[policy.name];
        if (!tally.metric)
            tally.metric =
                &metrics_.counter("kitchen_rate_limit_refusals_total",
                                  "Requests refused by a rate limit.", {{"policy", policy.name}});
        tally.metric->add();
        ++tally.not_logged;
        const auto now = clock_.steady_now();
        if (now < tally.next_log) return;
        tally.next_log = now + std::chrono::seconds(1);
        since = std::exchange(tally.not_logged, 0);
    }
    log_.warn("requests refused", {{"policy", policy.name},
                                   {"count", since},
                                   {"latest", subject},
                                   {"request_id", request_id}});
}

const ClassSettings* Limiter::class_of(const http::Request& request) const {
    // A preflight must not eat up the limit of what it asks for; and which route of the path it was
    // matched to means nothing.
    if (request.method == "OPTIONS") return &policies_.rest;
    if (policies_.exempt.holds(*request.route)) return nullptr;
    for (const ClassSettings& one : policies_.classes)
        if (one.routes.holds(*request.route)) return &one;
    return &policies_.rest;
}

std::vector<std::string> Limiter::misses(const std::vector<http::Route>& routes) const {
    std::vector<std::string> all = policies_.exempt.misses(routes);
    for (const ClassSettings& one : policies_.classes)
        for (std::string& sentence : one.routes.misses(routes)) all.push_back(std::move(sentence));
    return all;
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
