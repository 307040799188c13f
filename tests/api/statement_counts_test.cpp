// What a request costs the store does not grow with what there is: no route asks once a row.
#include <functional>
#include <map>

#include "kitchen/testkit/exposition.h"
#include "kitchen/testkit/restaurant.h"

#include <gtest/gtest.h>

namespace kitchen::tests {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;

/// A restaurant with so many foods, lines in the cart, and orders of so many lines.
class Sized {
public:
    explicit Sized(int size) {
        for (int i = 0; i < size; ++i)
            foods_.push_back(restaurant_.food("Dish " + std::to_string(i), 100'000, 1000));
        for (int i = 0; i < size; ++i) {
            fill_cart();
            const HttpResponse placed = place();
            EXPECT_EQ(placed.status, 201) << placed.body;
            order_ = placed.header("location");
        }
        fill_cart();
    }

    /// Statements by route, of one request each.
    std::map<std::string, double> costs() {
        std::map<std::string, double> out;
        const std::string food = "/foods/" + std::to_string(foods_.front()) + "/";
        for (const std::string& path :
             {std::string("/foods/"), std::string("/foods/?search=dish&limit=100"),
              std::string("/categories/"), std::string("/cart/"), std::string("/orders/?limit=100"),
              std::string("/me/"), std::string("/me/addresses/")})
            out[path] = cost([&] { return customer_.get(path); });
        out["a food"] = cost([&] { return customer_.get(food); });
        out["an order"] = cost([&] { return customer_.get(order_); });
        out["a receipt"] = cost([&] { return customer_.get(order_ + "receipt/"); });
        for (const char* path : {"/orders/?limit=100&status=pending", "/users/?limit=100"})
            out[path] = cost([&] { return chef_.get(path); });
        out["POST /cart/quote/"] = cost([&] { return customer_.post("/cart/quote/", pickup); });
        out["POST /orders/"] = cost([&] { return place(); });
        return out;
    }

private:
    void fill_cart() {
        for (const std::int64_t food : foods_)
            EXPECT_EQ(customer_.post("/cart/", Json::object({{"food_id", food}})).status, 201);
    }
    HttpResponse place() { return customer_.post("/orders/", pickup); }
    double cost(const std::function<HttpResponse()>& request) {
        const auto counted = [this] {
            double sum = 0;  // of routes and middleware: jobs run when they like
            for (const auto& [series, value] :
                 testkit::Exposition::parse(restaurant_.client().get("/metrics").body).samples)
                if (series.starts_with("kitchen_store_statements_total{call=\"GET /") ||
                    series.starts_with("kitchen_store_statements_total{call=\"POST /"))
                    sum += value;
            return sum;
        };
        const double before = counted();
        const HttpResponse response = request();
        EXPECT_LT(response.status, 300) << response.body;
        return counted() - before;
    }

    const Json pickup = Json::object({{"fulfillment_type", "pickup"}});
    testkit::Restaurant restaurant_{{.catalog = "cache: {enabled: false}"}};
    HttpClient customer_ = restaurant_.customer(), chef_ = restaurant_.admin();
    std::vector<std::int64_t> foods_;
    std::string order_;
};

TEST(Statements, DoNotGrowWithTheRows) {
    constexpr int few_foods = 2, many_foods = 12;
    const auto few = Sized(few_foods).costs(), many = Sized(many_foods).costs();
    auto at = few.begin();
    for (const auto& [route, cost] : many) {
        const double before = (at++)->second;
        // An order writes three rows for each of its lines: the item, the stock, the journal's.
        const int rows = route == "POST /orders/" ? 3 : 0;
        EXPECT_EQ(cost, before + rows * (many_foods - few_foods)) << route;
        EXPECT_LE(before, route == "POST /orders/" ? 14 : 5) << route;
    }
}

}  // namespace
}  // namespace kitchen::tests
