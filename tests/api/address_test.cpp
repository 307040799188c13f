// The address book, and how deliveries go by it.
#include "api.h"

namespace kitchen::tests {
namespace {

Json at(const std::string& line1) {
    return Json::object({{"label", "Home"},
                         {"line1", line1},
                         {"city", "Ikeja"},
                         {"state", "Lagos"},
                         {"phone", "0809 000 0000"},
                         {"landmark", "opposite the blue mosque"},
                         {"delivery_instructions", "Ring twice"},
                         {"latitude", 6.6018},
                         {"longitude", 3.3515}});
}

}  // namespace

TEST_P(Api, AnOrderKeepsTheAddressItWasPlacedWith) {
    const auto rice = server.food("Jollof rice", 280'000);
    HttpClient customer = server.customer();
    const Json one = Json::object({{"food_id", rice}}),
               to_default = Json::object({{"fulfillment_type", "delivery"}});
    ASSERT_EQ(customer.post("/cart/", one).status, 201);
    const HttpResponse nowhere = customer.post("/orders/", to_default);
    EXPECT_EQ(nowhere.status, 422);
    EXPECT_EQ(nowhere.problem_code(), "address_required");
    EXPECT_EQ(nowhere.json["errors"].as_array().at(0)["pointer"], Json("/address_id"));

    const HttpResponse home = customer.post("/me/addresses/", at("12 Allen Avenue")),
                       work = customer.post("/me/addresses/", at("2 Broad Street"));
    ASSERT_EQ(home.status, 201) << home.body;
    ASSERT_EQ(work.status, 201) << work.body;
    EXPECT_EQ(home.json["is_default"], Json(true));
    const std::string path = work.header("location");
    const Json to_work =
        Json::object({{"fulfillment_type", "delivery"}, {"address_id", work.json["id"]}});
    EXPECT_EQ(customer.post("/cart/quote/", to_work).json["address"]["line1"],
              Json("2 Broad Street"));
    const HttpResponse placed = customer.post("/orders/", to_work);
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(placed.json["address"]["line1"], Json("2 Broad Street"));
    EXPECT_EQ(placed.json["address"]["latitude"], Json(6.6018));
    EXPECT_EQ(placed.json["contact_phone"], Json("+2348090000000"));
    EXPECT_EQ(placed.json["delivery_instructions"], Json("Ring twice"));

    ASSERT_EQ(customer
                  .patch(path, Json::object({{"line1", "4 Marina"}, {"is_default", true}}),
                         {{"If-Match", work.header("etag")}})
                  .status,
              200);
    const std::string order = placed.header("location");
    EXPECT_EQ(customer.get(order).json["address"], placed.json["address"]);
    EXPECT_EQ(customer.get("/me/addresses/").json["result"].as_array().at(0)["line1"],
              Json("4 Marina"));
    ASSERT_EQ(customer.post("/cart/", one).status, 201);
    EXPECT_EQ(customer.post("/orders/", to_default).json["address"]["line1"], Json("4 Marina"));
    ASSERT_EQ(customer.del(path).status, 204);
    EXPECT_EQ(customer.get(order).body, placed.body) << "nothing has happened to the order";
    EXPECT_EQ(customer.get("/orders/").json["result"].as_array().at(1)["address"],
              placed.json["address"]);
    EXPECT_EQ(customer.get(home.header("location")).json["is_default"], Json(true));
    EXPECT_EQ(server.kitchen_staff().get(order).json["address"], placed.json["address"]);
}

TEST_P(Api, AnotherCustomersAddressIsNotFound) {
    HttpClient owner = server.customer(), other = server.customer();
    const HttpResponse address = owner.post("/me/addresses/", at("12 Allen Avenue"));
    ASSERT_EQ(address.status, 201) << address.body;
    const std::string path = address.header("location");
    EXPECT_EQ(other.get(path).status, 404);
    EXPECT_EQ(other.patch(path, Json::object({{"line1", "Mine"}})).status, 404);
    EXPECT_EQ(other.del(path).status, 404);
    EXPECT_EQ(server.admin().get(path).status, 404);
    EXPECT_EQ(other.get("/me/addresses/").json["total_count"], Json(0));
    EXPECT_EQ(server.client().get(path).status, 401);

    ASSERT_EQ(other.post("/cart/", Json::object({{"food_id", server.food("Egusi soup", 300'000)}}))
                  .status,
              201);
    const auto to = [](Json id) {
        return Json::object({{"fulfillment_type", "delivery"}, {"address_id", std::move(id)}});
    };
    const HttpResponse foreign = other.post("/orders/", to(address.json["id"])),
                       unknown = other.post("/orders/", to(987'654'321));
    for (const HttpResponse* refused : {&foreign, &unknown}) {
        EXPECT_EQ(refused->status, 404) << refused->body;
        EXPECT_EQ(refused->problem_code(), "address_not_found");
        EXPECT_EQ(refused->json["detail"], foreign.json["detail"]);
        EXPECT_EQ(refused->json["errors"], foreign.json["errors"]);
    }
    EXPECT_EQ(other.post("/cart/quote/", to(address.json["id"])).status, 404);
    EXPECT_EQ(other.get("/cart/").json["items"].size(), 1u) << "nothing was ordered";
    EXPECT_EQ(owner.get(path).body, address.body);
}

}  // namespace kitchen::tests
