// A sign-in in a real browser, with openid-client as the application: npm/sign_in.mjs.
#include <gtest/gtest.h>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::oidc_provider {
namespace {

TEST(Browser, SignsInToAnApplication) {
    testkit::RestaurantConfig config;
    config.menu = false;
    config.plugins = {"{id: oidc-provider}"};
    testkit::Restaurant restaurant(config);
    const auto customer = restaurant.sign_up();
    testkit::ChildProcess script(
        {"node", testkit::source_dir() + "/plugins/oidc-provider/tests/npm/sign_in.mjs",
         "http://127.0.0.1:" + std::to_string(restaurant.port()), customer.email,
         testkit::Restaurant::password});
    EXPECT_EQ(script.wait(std::chrono::seconds(300)), 0) << script.output();
}

}  // namespace
}  // namespace kitchen::oidc_provider
