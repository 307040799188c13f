// A person who has used everything takes their data with them, and leaves nothing that leads to
// them in any table of any plugin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "every_plugin.h"
#include "kitchen/store.h"

namespace kitchen::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::Restaurant;

constexpr const char* email = "Ada.Obi@mail.example";
constexpr const char* phone = "+2348031230001";
constexpr const char* street = "12 Unmistakable Avenue";
constexpr const char* wish = "no unmistakable pepper";
constexpr const char* opinion = "an unmistakable jollof";

class ForgottenPerson : public testing::Test {
protected:
    void order(const std::string& last_status) {
        // 200 when the line is there already.
        EXPECT_LT(
            ada.client
                .post("/cart/", Json::object({{"food_id", dish}, {"special_instructions", wish}}))
                .status,
            300);
        const std::string its =
            expect_status(
                ada.client.post("/orders/", Json::object({{"fulfillment_type", "delivery"}}),
                                {{"Idempotency-Key", last_status}}),
                201, "order")
                .header("location");
        for (const char* status : {"confirmed", "preparing", "out_for_delivery", "completed"}) {
            if (last_status == "pending") break;
            expect_status(chef.post(its + "status/", Json::object({{"status", status}})), 200, "");
        }
        last_order = its;
    }
    testkit::HttpResponse delete_me(const std::string& password) {
        return ada.client.send("DELETE", "/me/", Json::object({{"password", password}}).dump(),
                               {{"Content-Type", "application/json"}});
    }
    /// The tables in which a text still stands.
    std::vector<std::string> tables_with(const std::string& text) {
        auto& store = restaurant.service<Store>();
        const auto rows_of = [&](const std::string& sql) {
            const Statement statement = store.prepare(sql);
            return store.read<Rows>([&](Transaction& tx) { return tx.query(statement); }).value();
        };
        std::vector<std::string> found;
        for (const Row table : rows_of("SELECT name FROM sqlite_master WHERE type = 'table'"))
            for (const Row row : rows_of("SELECT * FROM " + table.string(0)))
                if (row.object().dump().find(text) != std::string::npos)
                    found.push_back(table.string(0) + ": " + row.object().dump());
        return found;
    }

    Restaurant restaurant{with_every_plugin({}, {})};
    HttpClient chef = restaurant.admin();
    std::int64_t dish = restaurant.food("Jollof", 250'000);
    Restaurant::Customer ada = restaurant.sign_up(email, phone);
    std::string last_order;
};

TEST_F(ForgottenPerson, TakesEverythingAndLeavesNothing) {
    expect_status(ada.client.post("/me/addresses/", Json::object({{"label", "Home"},
                                                                  {"line1", street},
                                                                  {"city", "Ikeja"},
                                                                  {"state", "Lagos"}})),
                  201, "address");
    order("completed");
    expect_status(ada.client.post("/foods/" + std::to_string(dish) + "/ratings/",
                                  Json::object({{"rating", 5}, {"comment", opinion}})),
                  201, "rating");
    expect_status(ada.client.post(
                      "/cart/", Json::object({{"food_id", dish}, {"special_instructions", wish}})),
                  201, "cart");

    const auto exported = expect_status(ada.client.get("/me/export/"), 200, "export");
    EXPECT_THAT(exported.header("content-disposition"), HasSubstr("attachment"));
    const Json& all = exported.json;
    EXPECT_EQ(all["account"]["profile"].as_array().front()["email"], Json(email));
    EXPECT_EQ(all["account"]["addresses"].as_array().front()["line1"], Json(street));
    EXPECT_EQ(all["account"]["sign_ins"].as_array().size(), 1U);
    EXPECT_EQ(all["orders"]["orders"].as_array().front()["contact_phone"], Json(phone));
    EXPECT_THAT(all["orders"]["orders"].as_array().front()["address"].dump(), HasSubstr(street));
    EXPECT_EQ(all["orders"]["items"].as_array().front()["special_instructions"], Json(wish));
    EXPECT_EQ(all["orders"]["history"].as_array().size(), 5U);
    EXPECT_EQ(all["cart"]["lines"].as_array().size(), 1U);
    EXPECT_EQ(all["ratings"]["ratings"].as_array().front()["comment"], Json(opinion));
    EXPECT_FALSE(all["outbox"]["deliveries"].as_array().empty());
    EXPECT_THAT(exported.body, testing::Not(HasSubstr("argon2")));

    const auto books = chef.get(last_order).json;
    EXPECT_EQ(delete_me("not-the-password").status, 422);
    order("pending");
    const std::string running = last_order;
    EXPECT_EQ(delete_me(Restaurant::password).problem_code(), "account_busy");
    EXPECT_EQ(ada.client.get("/me/").status, 200) << "nothing was done";
    expect_status(ada.client.post(running + "cancel/", Json::object({{"reason", wish}})), 200, "");
    ASSERT_EQ(delete_me(Restaurant::password).status, 204);

    for (const char* text : {email, "ada.obi@mail.example", phone, street, wish, opinion})
        EXPECT_THAT(tables_with(text), IsEmpty()) << text;
    EXPECT_EQ(ada.client.get("/me/").status, 401) << "the token is dead";
    HttpClient again(restaurant.port());
    again.basic(std::to_string(ada.id), Restaurant::password);
    EXPECT_EQ(again.get("/me/").status, 401);
    const std::string user = "/users/" + std::to_string(ada.id) + "/";
    EXPECT_EQ(chef.get(user).status, 404);
    EXPECT_EQ(chef.patch(user, Json::object({{"disabled", false}})).status, 404);
    // The books are as they were.
    const auto order = expect_status(chef.get("/orders/1/"), 200, "order");
    for (const char* member : {"subtotal", "total", "tax", "delivery_fee", "status"})
        EXPECT_EQ(order.json[member], books[member]) << member;
    EXPECT_EQ(order.json["contact_phone"].dump().find(phone), std::string::npos);
    EXPECT_EQ(restaurant.broken_data(), "[]");
    // The address and the number are free again.
    EXPECT_NE(restaurant.sign_up(email, phone).id, ada.id);
}

TEST_F(ForgottenPerson, TheLastAdministratorStays) {
    const auto refused =
        chef.send("DELETE", "/me/", Json::object({{"password", Restaurant::password}}).dump(),
                  {{"Content-Type", "application/json"}});
    EXPECT_EQ(refused.problem_code(), "last_admin") << refused.body;
    EXPECT_EQ(chef.get("/me/").status, 200);
}

}  // namespace
}  // namespace kitchen::tests
