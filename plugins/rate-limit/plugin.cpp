#include <memory>

#include "kitchen/plugin_v1.h"
#include "limiter.h"

namespace kitchen::rate_limit {

class RateLimitPlugin : public PluginV1 {
public:
    void configure(Setup& setup) override {
        limiter_ = std::make_unique<Limiter>(read_settings(config_v1(setup)));
        setup.add_middleware(http::Phase::shield, "rate-limit-by-address",
                             [this](http::Request& request, const http::Next& next) {
                                 return limiter_->by_address(request, next);
                             });
        setup.add_middleware(http::Phase::admit, "rate-limit-by-user",
                             [this](http::Request& request, const http::Next& next) {
                                 return limiter_->by_user(request, next);
                             });
        setup.add_health_check("rate-limit", false, [this] { return counter_->check(); });
    }
    void start(Services& services) override {
        const Clock& clock = services.get<Clock>();
        counter_ = std::make_unique<Counter>(services.get<Cache>(), clock, services.log());
        refusals_ = std::make_unique<Refusals>(clock, services.get<Metrics>(), services.log());
        limiter_->bind(*counter_, *refusals_);
    }

private:
    std::unique_ptr<Limiter> limiter_;
    std::unique_ptr<Counter> counter_;
    std::unique_ptr<Refusals> refusals_;
};

}  // namespace kitchen::rate_limit

namespace {
constexpr kitchen_need needs[] = {{"cache/1", 0}};
}  // namespace

KITCHEN_PLUGIN_V1(kitchen::rate_limit::RateLimitPlugin,
                  {.id = "rate-limit",
                   .version = "0.1.0",
                   .summary = "Limits requests by client address, by user and by class of route",
                   .needs = needs,
                   .config = kitchen::rate_limit::config_keys})
