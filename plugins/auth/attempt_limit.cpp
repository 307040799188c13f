#include "attempt_limit.h"

#include <algorithm>

namespace kitchen::auth {

Status AttemptLimit::tick(std::string_view subject) {
    if (limit_.burst == 0) return {};
    auto decision =
        cache_.rate_tick("auth:" + name_ + ":" + std::string(subject), limit_.burst, limit_.period);
    if (!decision) return std::move(decision).error();
    if (decision->allowed) return {};
    return Error(Errc::too_many_requests, code_, detail_)
        .retry_in(retry_seconds(decision->retry_after));
}

std::chrono::seconds retry_seconds(std::chrono::milliseconds wait) {
    return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
}

}  // namespace kitchen::auth
