// The two middlewares: by address before anybody is identified, so that a flood costs no password
// hash; by user once that is known.
//
// Thread-safety: bind() before all use; then all calls, from any thread.
#pragma once

#include "counter.h"
#include "kitchen/http/middleware.h"
#include "refusals.h"
#include "settings.h"

namespace kitchen::rate_limit {

class Limiter {
public:
    explicit Limiter(Settings settings) : settings_(std::move(settings)) {}

    /// Both must outlive every further call.
    void bind(Counter& counter, Refusals& refusals) noexcept {
        counter_ = &counter;
        refusals_ = &refusals;
    }

    /// In the shield phase.
    Result<http::Response> by_address(http::Request& request, const http::Next& next) const;
    /// In the admit phase.
    Result<http::Response> by_user(http::Request& request, const http::Next& next) const;

private:
    /// nullptr for an exempt route.
    const ClassSettings* class_of(const http::Request& request) const;
    Status take(const Policy& policy, std::string_view subject, const char* whose,
                http::Request& request) const;

    const Settings settings_;
    Counter* counter_ = nullptr;
    Refusals* refusals_ = nullptr;
};

}  // namespace kitchen::rate_limit
