// Mails about orders over a real socket, through the real loader.
#include <gmock/gmock.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::order_mails {
namespace {

class OrderMailsApi : public testing::Test {
protected:
    testkit::HttpResponse put(std::int64_t food) {
        return chef.post("/cart/", Json::object({{"food_id", food}, {"quantity", 1}}));
    }

    testkit::Restaurant restaurant{{.outbox = "poll_interval: 10ms", .order_mails = ""}};
    testkit::HttpClient chef = restaurant.admin();
};

TEST_F(OrderMailsApi, TheCustomerReadsOfEachStep) {
    ASSERT_EQ(put(restaurant.food("Jollof rice", 280'000)).status, 201);
    const testkit::HttpResponse placed =
        chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}),
                  {{"Idempotency-Key", "dinner"}});
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}),
                        {{"Idempotency-Key", "dinner"}})
                  .header("idempotent-replayed"),
              "true");
    EXPECT_EQ(
        chef.post(placed.header("location") + "status/", Json::object({{"status", "completed"}}))
            .status,
        409);
    EXPECT_EQ(
        chef.post(placed.header("location") + "status/", Json::object({{"status", "confirmed"}}))
            .status,
        200);
    ASSERT_TRUE(testkit::wait_until(
        [&] { return chef.get("/admin/mail/?state=sent").json["total_count"] == Json(2); }));
    const testkit::HttpResponse mails = chef.get("/admin/mail/");
    EXPECT_EQ(mails.json["total_count"], Json(2));
    EXPECT_EQ(mails.json["result"].as_array().at(0)["subject"], Json("Order 1: confirmed"));
    EXPECT_EQ(mails.json["result"].as_array().at(1)["subject"], Json("Order 1: placed"));
    EXPECT_EQ(mails.json["result"].as_array().at(1)["to"], Json("chef@kitchen.example"));
    EXPECT_EQ(restaurant.mails_to("chef@kitchen.example").size(), 2u);
}

TEST(OrderMailsStart, NamesWhatIsMissing) {
    const auto refusal = [](const std::string& plugins) -> std::string {
        try {
            testkit::TestKernel kernel(
                "plugins: [{id: store-memory}, {id: cache-memory}, {id: mail-log, config: "
                "{directory: /tmp/kitchen-no-mail}}, "
                "{id: auth}, {id: catalog}, {id: cart}, {id: claims}, {id: events}, {id: "
                "orders}, " +
                plugins + "]");
            return "started";
        } catch (const std::runtime_error& refused) {
            return refused.what();
        }
    };
    EXPECT_THAT(refusal("{id: order-mails}"), testing::HasSubstr("outbox"));
    EXPECT_EQ(refusal("{id: order-mails}, {id: outbox}"), "started");
    EXPECT_THAT(refusal("{id: outbox}, {id: order-mails, config: {templates: /no/such}}"),
                testing::HasSubstr("/no/such/order_placed.subject: there is no such file"));
}

}  // namespace
}  // namespace kitchen::order_mails
