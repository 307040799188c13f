// Many people at once: nothing is oversold, lost or counted twice.
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "api.h"

namespace kitchen::tests {
namespace {

/// Runs `work(i)` for i in [0, count) on `threads` threads that start together.
template <class Work>
void in_parallel(int count, int threads, Work work) {
    std::atomic<int> next{0};
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&] {
            for (int i = next++; i < count; i = next++) work(i);
        });
    for (auto& thread : running) thread.join();
}

/// How many responses of each status.
class Tally {
public:
    void add(int status) {
        std::lock_guard lock(mutex_);
        ++counts_[status];
    }
    std::map<int, int> counts() const { return counts_; }

private:
    std::mutex mutex_;
    std::map<int, int> counts_;
};

}  // namespace

TEST_P(Api, TwoHundredBuyersRaceForTenPortions) {
    const auto dish = server.food("Nkwobi", 500'000, 10);
    std::vector<HttpClient> buyers;
    buyers.reserve(200);
    for (int i = 0; i < 200; ++i) {
        buyers.push_back(server.customer());
        ASSERT_EQ(buyers.back().post("/cart/", Json::object({{"food_id", dish}})).status, 201);
    }
    Tally tally;
    in_parallel(200, 200, [&](int i) {
        tally.add(buyers[static_cast<std::size_t>(i)]
                      .post("/orders/", Json::object({{"fulfillment_type", "pickup"}}))
                      .status);
    });
    EXPECT_EQ(tally.counts(), (std::map<int, int>{{201, 10}, {409, 190}}));
    EXPECT_EQ(server.stock_of(dish), 0);
    EXPECT_EQ(server.admin().get("/orders/").json["total_count"].as_integer(), 10);
    EXPECT_EQ(server.broken_data(), "[]");
}

TEST_P(Api, AThousandIncrementsOfOneLineAreAThousand) {
    const auto dish = server.food("Puff-puff", 20'000);
    HttpClient customer = server.customer();
    // Every device of this customer sends the same credentials.
    const HttpResponse me = customer.get("/me/");
    ASSERT_EQ(me.status, 200) << me.body;
    const std::string id = std::to_string(me.json["id"].as_integer());
    Tally tally;
    std::vector<HttpClient> devices;
    for (int i = 0; i < 32; ++i) {
        devices.push_back(server.client());
        devices.back().basic(id, Restaurant::password);
    }
    in_parallel(32, 32, [&](int device) {
        for (int i = device; i < 1000; i += 32)
            tally.add(devices[static_cast<std::size_t>(device)]
                          .post("/cart/", Json::object({{"food_id", dish}}))
                          .status);
    });
    EXPECT_EQ(tally.counts(), (std::map<int, int>{{200, 999}, {201, 1}}));
    const HttpResponse cart = customer.get("/cart/");
    ASSERT_EQ(cart.json["items"].size(), 1u) << cart.body;
    EXPECT_EQ(cart.json["items"].as_array()[0]["quantity"].as_integer(), 1000);
    EXPECT_EQ(server.broken_data(), "[]");
}

TEST_P(Api, AHundredWrongCodesCompareAtMostFive) {
    HttpClient client = server.client();
    const std::string email = "guesser@mail.example";
    const HttpResponse signup =
        client.post("/signup/", Json::object({{"email", email},
                                              {"phone_number", "08051234567"},
                                              {"password", Restaurant::password}}));
    ASSERT_EQ(signup.status, 200) << signup.body;
    const std::string cookie = signup.header("set-cookie");
    const std::string session = cookie.substr(0, cookie.find(';'));
    const std::string code = server.code_mailed_to(email);
    const std::string wrong = code == "000000" ? "000001" : "000000";
    Tally tally;
    in_parallel(100, 100, [&](int) {
        HttpClient guesser = server.client();
        tally.add(
            guesser.post("/verify/", Json::object({{"otp", wrong}}), {{"Cookie", session}}).status);
    });
    // Four are told that they are wrong, the fifth ends the session, no other is compared.
    EXPECT_EQ(tally.counts(), (std::map<int, int>{{401, 4}, {404, 95}, {429, 1}}));
    EXPECT_EQ(client.post("/verify/", Json::object({{"otp", code}})).status, 404);
}

TEST_P(Api, TheSameIdempotencyKeyAtOncePlacesOneOrder) {
    const auto dish = server.food("Suya", 250'000, 50);
    HttpClient customer = server.customer();
    const std::string id = std::to_string(customer.get("/me/").json["id"].as_integer());
    ASSERT_EQ(customer.post("/cart/", Json::object({{"food_id", dish}})).status, 201);
    Tally tally;
    in_parallel(20, 20, [&](int) {
        HttpClient device = server.client();
        device.basic(id, Restaurant::password);
        tally.add(device
                      .post("/orders/", Json::object({{"fulfillment_type", "pickup"}}),
                            {{"Idempotency-Key", "one"}})
                      .status);
    });
    auto counts = tally.counts();
    EXPECT_GE(counts[201], 1);
    EXPECT_EQ(counts[201] + counts[409], 20);
    EXPECT_EQ(customer.get("/orders/").json["total_count"].as_integer(), 1);
    EXPECT_EQ(server.stock_of(dish), 49);
    EXPECT_EQ(server.broken_data(), "[]");
}

}  // namespace kitchen::tests
