// Many at once with one code: its limits are exact.
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "promotions_restaurant.h"

namespace kitchen::promotions {
namespace {

class PromotionRaces : public PromotionsApi {
protected:
    void TearDown() override { EXPECT_EQ(restaurant.broken_data(), "[]"); }
    /// Runs `work(i)` for i in [0, count), all at the same time.
    template <class Work>
    static void at_once(int count, Work work) {
        std::vector<std::thread> threads;
        for (int i = 0; i < count; ++i) threads.emplace_back([i, &work] { work(i); });
        for (std::thread& thread : threads) thread.join();
    }
    /// Each to the next replica.
    HttpClient client(int i, const std::string& token) {
        const auto& kernels = restaurant.kernels();
        HttpClient client = kernels[static_cast<std::size_t>(i) % kernels.size()]->client();
        client.bearer(token);
        return client;
    }
    void note(const HttpResponse& response) {
        const std::lock_guard lock(mutex_);
        ++outcomes[std::to_string(response.status) + " " + faults_in(response.json["errors"])];
    }
    /// Orders that stand, by their discount.
    std::map<std::int64_t, int> discounts() {
        std::map<std::int64_t, int> found;
        for (std::int64_t offset = 0;; offset += 100) {
            const HttpResponse page =
                admin.get("/orders/?limit=100&offset=" + std::to_string(offset));
            const Json::Array& orders = page.json["result"].as_array();
            for (const Json& order : orders)
                if (order["status"].as_string() != "cancelled") ++found[discount_of(order)];
            if (orders.size() < 100) return found;
        }
    }

    std::map<std::string, int> outcomes;

private:
    std::mutex mutex_;
};

}  // namespace

TEST_P(PromotionRaces, TwoHundredCustomersForTenUses) {
    const HttpResponse code =
        make(Json::object({{"code", "TEN"}, {"amount", 500}, {"max_uses", 10}}));
    const std::int64_t dish = restaurant.food("Jollof", 100'000);
    const std::vector<std::string> tokens = restaurant.tokens(200);
    std::vector<HttpClient> customers;
    for (int i = 0; i < 200; ++i) {
        customers.push_back(client(i, tokens[static_cast<std::size_t>(i)]));
        fill_cart(customers.back(), dish);
    }
    at_once(200, [&](int i) {
        note(customers[static_cast<std::size_t>(i)].post("/orders/", pickup("TEN")));
    });
    EXPECT_EQ(outcomes,
              (std::map<std::string, int>{{"201 ", 10}, {"409 /promo_code promo_used_up", 190}}));
    EXPECT_EQ(discounts(), (std::map<std::int64_t, int>{{500, 10}}));
    EXPECT_EQ(uses(code), 10);
}

TEST_P(PromotionRaces, OneCustomerOnManyDevicesForOneUse) {
    const HttpResponse code =
        make(Json::object({{"code", "ONCE"}, {"amount", 500}, {"max_uses_per_user", 1}}));
    const HttpResponse first =
        make(Json::object({{"code", "FIRST"}, {"amount", 700}, {"first_order_only", true}}));
    const std::int64_t dish = restaurant.food("Jollof", 100'000);
    const std::vector<std::string> tokens = restaurant.tokens(2);
    at_once(40, [&](int i) {
        // Each fills the cart that another has just emptied.
        const bool is_second = i % 2 == 1;
        HttpClient device = client(i / 2, tokens[is_second ? 1 : 0]);
        for (int round = 0; round < 3; ++round) {
            device.post("/cart/", Json::object({{"food_id", dish}}));
            note(device.post("/orders/", pickup(is_second ? "FIRST" : "ONCE")));
        }
    });
    EXPECT_EQ(outcomes["201 "], 2);
    EXPECT_EQ(discounts(), (std::map<std::int64_t, int>{{500, 1}, {700, 1}}));
    EXPECT_EQ(uses(code), 1);
    EXPECT_EQ(uses(first), 1);
    outcomes.erase("201 ");
    outcomes.erase("422 ");  // another device took the cart
    outcomes.erase("409 /promo_code promo_already_used");
    outcomes.erase("409 /promo_code promo_not_first_order");
    EXPECT_TRUE(outcomes.empty()) << outcomes.begin()->first;
}

TEST_P(PromotionRaces, UsesComeBackWhileOthersTakeThem) {
    const HttpResponse code =
        make(Json::object({{"code", "TWO"}, {"amount", 500}, {"max_uses", 2}}));
    const std::int64_t dish = restaurant.food("Jollof", 100'000);
    const std::vector<std::string> tokens = restaurant.tokens(12);
    at_once(12, [&](int i) {
        HttpClient customer = client(i, tokens[static_cast<std::size_t>(i)]);
        for (int round = 0; round < 5; ++round) {
            customer.post("/cart/", Json::object({{"food_id", dish}}));
            const HttpResponse order = customer.post("/orders/", pickup("TWO"));
            note(order);
            if (order.status == 201 && i % 3 != 0)
                note(customer.send("POST", order.header("location") + "cancel/"));
        }
    });
    const std::map<std::int64_t, int> standing = discounts();
    ASSERT_LE(standing.size(), 1u);
    const int count = standing.empty() ? 0 : standing.begin()->second;
    EXPECT_LE(count, 2);
    EXPECT_EQ(uses(code), count);
    for (const auto& [outcome, times] : outcomes)
        EXPECT_TRUE(outcome == "201 " || outcome == "200 " ||
                    outcome == "409 /promo_code promo_used_up")
            << times << " × " << outcome;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, PromotionRaces, testing::Values(&testkit::on_sqlite));
INSTANTIATE_TEST_SUITE_P(ThreeReplicas, PromotionRaces, testing::Values(&on_three_replicas));

}  // namespace kitchen::promotions
