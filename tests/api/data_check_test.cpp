// What must hold in the tables is asked of every plugin, and what does not is found.
#include <map>

#include "api.h"
#include "kitchen/store.h"

namespace kitchen::tests {

TEST_P(Api, WhatMustHoldInTheTablesIsChecked) {
    HttpClient ada = server.customer(), chef = server.admin();
    const std::int64_t dish = server.food("Ofada", 120'000, 5);
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(ada.post("/cart/", Json::object({{"food_id", dish}})).status, 201);
        const HttpResponse placed =
            ada.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
        ASSERT_EQ(placed.status, 201) << placed.body;
        if (i == 0) {
            EXPECT_EQ(ada.post(placed.header("location") + "cancel/", Json::object({})).status,
                      200);
        }
    }
    const HttpResponse sound = chef.get("/admin/data/");
    ASSERT_EQ(sound.status, 200) << sound.body;
    EXPECT_GE(sound.json["rules"].as_integer(), 10);
    EXPECT_EQ(sound.json["broken"].dump(), "[]");
    EXPECT_EQ(ada.get("/admin/data/").status, 403);

    // As if written past the program.
    Store& store = server.kernel().service<Store>();
    const auto write = [&](const std::string& sql) {
        store.migrate([&](SchemaTransaction& tx) { return tx.script(sql); }).value();
    };
    write(
        "UPDATE orders SET subtotal = subtotal + 1, total = total + 1;"
        "UPDATE foods SET available_quantity = 17;"
        "INSERT INTO claim_totals (name, taken) VALUES ('noon', 3);"
        "INSERT INTO claims (owner, name, quantity) SELECT 'order ' || id, 'noon', 2 FROM orders "
        "WHERE status = 'cancelled';");
    const HttpResponse broken = chef.get("/admin/data/");
    std::map<std::string, std::string> found;
    for (const Json& rule : broken.json["broken"].as_array())
        found[rule["rule"].as_string()] =
            rule["plugin"].as_string() + " " + std::to_string(rule["things"].size());
    EXPECT_EQ(found, (std::map<std::string, std::string>{
                         {"an order's subtotal is the sum of its items", "orders 2"},
                         {"the stock of a food is what its journal says", "catalog 1"},
                         {"what is taken of a name is the sum of its claims", "claims 1"},
                         {"only an order that stands holds claims", "orders 1"}}))
        << broken.body;
}

}  // namespace kitchen::tests
