// cache/1 that a test can take away and give back over HTTP.
#include "failing_cache.h"
#include "kitchen/plugin_v1.h"
#include "started_clock.h"

namespace kitchen::rate_limit::test {

class SwitchableCachePlugin : public PluginV1 {
public:
    void configure(Setup& setup) override {
        setup.provide<Cache>(cache_);
        for (const bool away : {true, false})
            setup.add_route(http::Route::post(away ? "/cache/away/" : "/cache/back/")
                                .answers(204, "Done")
                                .handle([this, away](http::Request&) {
                                    cache_.away = away;
                                    return Result<http::Response>(http::Response(204));
                                }));
    }
    void start(Services& services) override { clock_.bind(services.get<Clock>()); }
    void stop() override { cache_.stop(); }

private:
    StartedClock clock_;
    FailingCache cache_{clock_};
};

}  // namespace kitchen::rate_limit::test

constexpr const char* provides[] = {"cache/1"};
KITCHEN_PLUGIN_V1(kitchen::rate_limit::test::SwitchableCachePlugin,
                  {.id = "switchable-cache",
                   .version = "1.0.0",
                   .summary = "A cache that can be away",
                   .provides = provides})
