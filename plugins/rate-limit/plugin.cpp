#include "kitchen/plugin.h"
#include "limiter.h"

namespace kitchen::rate_limit {

class RateLimitPlugin final : public Plugin {
public:
    using Settings = RateLimitSettings;

    RateLimitPlugin(const Settings& settings, Setup& setup, Cache& cache, const Clock& clock,
                    Metrics& metrics)
        : counter_(cache, clock, setup.log()),
          refusals_(clock, metrics, setup.log()),
          limiter_(settings.policies(), counter_, refusals_) {
        http::Middleware by_address = [this](http::Request& request, const http::Next& next) {
            return limiter_.by_address(request, next);
        };
        setup.add_middleware(http::Phase::shield, "rate-limit-by-address",
                             std::move(by_address)
                                 .sends({"RateLimit", "RateLimit-Policy"})
                                 .learns_routes([this, &log = setup.log()](const auto& routes) {
                                     for (const std::string& miss : limiter_.misses(routes))
                                         log.warn("a class limits nothing", {{"why", miss}});
                                 }));
        setup.add_middleware(http::Phase::admit, "rate-limit-by-user",
                             [this](http::Request& request, const http::Next& next) {
                                 return limiter_.by_user(request, next);
                             });
        setup.add_health_check("rate-limit", false, [this] { return counter_.check(); });
    }

private:
    Counter counter_;
    Refusals refusals_;
    Limiter limiter_;
};

}  // namespace kitchen::rate_limit

KITCHEN_PLUGIN(kitchen::rate_limit::RateLimitPlugin, "rate-limit", "0.1.0",
               "Limits requests by client address, by user and by class of route", kitchen::Cache,
               kitchen::Clock, kitchen::Metrics)
