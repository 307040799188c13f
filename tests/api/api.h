// What the API tests stand on: every test of the contract runs on every store and cache, and on
// three kernels behind nginx. The INSTANTIATE_ is in api.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"
#include "nginx_front.h"

namespace kitchen::tests {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;

/// Three kernels on one configuration, with nginx in front as deploy/nginx has it: every request
/// goes to the one that nginx chooses.
class RestaurantBehindNginx final : public Restaurant {
public:
    explicit RestaurantBehindNginx(testkit::RestaurantConfig config);
    ~RestaurantBehindNginx() override;

    HttpClient client() const override { return nginx_->client(); }
    void restart() override;

private:
    void open_front();
    std::optional<NginxFront> nginx_;
};

/// Makes a fresh, empty one.
struct ApiBackend {
    std::string name;
    std::function<std::unique_ptr<Restaurant>()> make;
};

class Api : public testing::TestWithParam<ApiBackend> {
protected:
    bool is_behind_nginx() const { return server.kernels().size() > 1; }

    const std::unique_ptr<Restaurant> made_ = GetParam().make();
    Restaurant& server = *made_;
};

}  // namespace kitchen::tests
