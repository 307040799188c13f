#include "attempt_limits.h"

#include <algorithm>

#include "kitchen/ip.h"

namespace kitchen::auth {
namespace {

std::string failures_key(std::string_view subject) {
    return "auth:login-failures:" + std::string(subject);
}
std::string closed_key(std::string_view subject) {
    return "auth:login-closed:" + std::string(subject);
}

}  // namespace

Status AttemptLimit::tick(std::string_view subject) {
    if (limit_.burst == 0) return {};
    auto decision =
        cache_.rate_tick("auth:" + name_ + ":" + std::string(subject), limit_.burst, limit_.period);
    if (!decision) return std::move(decision).error();
    if (decision->allowed) return {};
    return Error(Errc::too_many_requests, code_, detail_)
        .retry_in(retry_seconds(decision->retry_after));
}

Error too_many_failures(std::chrono::seconds retry_after) {
    return Error(Errc::too_many_requests, "too_many_failures",
                 "Too many failed sign-ins from your address. Wait a little, then try again.")
        .retry_in(retry_after);
}

std::string FailureLimit::subject(std::string_view account, std::string_view client_address) const {
    return key_.mac({account, client_network(client_address)});
}

Status FailureLimit::check(std::string_view subject) const {
    if (limit_.burst == 0) return {};
    auto left = cache_.ttl(closed_key(subject));
    if (!left) return std::move(left).error();
    if (!left->has_value()) return {};
    return too_many_failures(retry_seconds(**left));
}

Status FailureLimit::failed(std::string_view subject) {
    if (limit_.burst == 0) return {};
    auto decision = cache_.rate_tick(failures_key(subject), limit_.burst, limit_.period);
    if (!decision) return std::move(decision).error();
    if (decision->allowed && decision->remaining > 0) return {};
    // The budget is used up. One more is allowed when all but burst - 1 periods of it have passed.
    const auto wait = decision->allowed ? decision->reset_after - (limit_.burst - 1) * limit_.period
                                        : decision->retry_after;
    if (wait.count() <= 0) return {};
    return cache_.set(closed_key(subject), "1", wait);
}

std::chrono::seconds retry_seconds(std::chrono::milliseconds wait) {
    return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
}

}  // namespace kitchen::auth
