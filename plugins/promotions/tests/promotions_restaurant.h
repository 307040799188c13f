// What the tests of promo codes over HTTP stand on: a restaurant with the plugin, on one store or
// as three replicas, and what is said of a code and an order again and again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::promotions {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RestaurantConfig;

inline RestaurantConfig on_three_replicas() {
    RestaurantConfig config = testkit::on_postgres();
    config.replicas = 3;
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    return config;
}

/// The code comes before the fees: they are shares of what the foods cost after it.
inline RestaurantConfig with_promotions(RestaurantConfig config) {
    config.plugins = {"{id: promotions}",
                      "{id: fees, config: {service_fee_basis_points: 250, tax_basis_points: 750}}"};
    return config;
}

inline std::string path_of(const HttpResponse& promotion) {
    return "/admin/promotions/" + std::to_string(promotion.json["id"].as_integer()) + "/";
}

inline Json pickup(const std::string& code) {
    return Json::object({{"fulfillment_type", "pickup"}, {"promo_code", code}});
}

inline std::int64_t discount_of(const Json& priced) { return priced["discount"].as_integer(); }

/// "pointer code" of each, joined by ", ".
inline std::string faults_in(const Json& list) {
    std::string text;
    if (list.is_null()) return text;
    for (const Json& fault : list.as_array())
        text += (text.empty() ? "" : ", ") + fault["pointer"].as_string() + " " +
                fault["code"].as_string();
    return text;
}

class PromotionsApi : public testing::TestWithParam<std::function<RestaurantConfig()>> {
protected:
    HttpResponse make(const Json& promotion) {
        return testkit::expect_status(admin.post("/admin/promotions/", promotion), 201,
                                      "promotion");
    }
    std::int64_t uses(const HttpResponse& promotion) {
        return admin.get(path_of(promotion)).json["uses"].as_integer();
    }
    void fill_cart(HttpClient& customer, std::int64_t dish, int quantity = 1) {
        testkit::expect_status(
            customer.post("/cart/", Json::object({{"food_id", dish}, {"quantity", quantity}})), 201,
            "cart");
    }

    testkit::Restaurant restaurant{with_promotions(GetParam()())};
    HttpClient admin = restaurant.admin();
};

}  // namespace kitchen::promotions
