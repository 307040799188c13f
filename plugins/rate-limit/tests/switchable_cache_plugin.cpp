// cache/1 that a test can take away and give back over HTTP.
#include "failing_cache.h"
#include "kitchen/plugin.h"

namespace kitchen::rate_limit::test {

class SwitchableCachePlugin final : public Plugin {
public:
    SwitchableCachePlugin(Setup& setup, const Clock& clock) : cache_(clock) {
        setup.provide(cache_);
        for (const bool away : {true, false})
            setup.add_route(http::Route::post(away ? "/cache/away/" : "/cache/back/")
                                .answers(204, "Done")
                                .handle([this, away](http::Request&) {
                                    cache_.away = away;
                                    return Result<http::Response>(http::Response(204));
                                }));
    }
    void stop() override { cache_.stop(); }

private:
    FailingCache cache_;
};

}  // namespace kitchen::rate_limit::test

KITCHEN_PLUGIN(kitchen::rate_limit::test::SwitchableCachePlugin, "switchable-cache", "1.0.0",
               "A cache that can be away", kitchen::Clock, kitchen::Provides<kitchen::Cache>)
