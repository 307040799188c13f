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
    EXPECT_GE(sound.json["rules"].as_integer(), 14);
    EXPECT_EQ(sound.json["broken"].dump(), "[]");
    EXPECT_EQ(ada.get("/admin/data/").status, 403);

    // As if written past the program.
    Store& store = server.kernel().service<Store>();
    const auto write = [&](const std::string& sql) {
        store.migrate([&](SchemaTransaction& tx) { return tx.script(sql); }).value();
    };
    const auto orders = [&](const std::string& status) {
        return "(SELECT id FROM orders WHERE status = '" + status + "')";
    };
    const auto found_broken = [&] {
        const HttpResponse broken = chef.get("/admin/data/");
        std::map<std::string, std::string> found;
        for (const Json& rule : broken.json["broken"].as_array())
            found[rule["rule"].as_string()] =
                rule["plugin"].as_string() + " " + std::to_string(rule["things"].size());
        return found;
    };
    using Found = std::map<std::string, std::string>;
    write(
        "UPDATE orders SET subtotal = subtotal + 1, total = total + 1;"
        "UPDATE foods SET available_quantity = 17;"
        "INSERT INTO claim_totals (name, taken) VALUES ('noon', 3);"
        "INSERT INTO claims (owner, name, quantity) SELECT 'order ' || id, 'noon', 2 FROM orders "
        "WHERE status = 'cancelled';");
    EXPECT_EQ(found_broken(),
              (Found{{"an order's subtotal is the sum of its items", "orders 2"},
                     {"the stock of a food is what its journal says", "catalog 1"},
                     {"what is taken of a name is the sum of its claims", "claims 1"},
                     {"only an order that stands holds claims", "orders 1"}}));

    write(
        "UPDATE orders SET subtotal = subtotal - 1, total = total - 1;"
        "UPDATE foods SET available_quantity = 4;"
        "DELETE FROM claims; DELETE FROM claim_totals;");
    ASSERT_EQ(found_broken(), Found());
    write(
        "UPDATE orders SET claims = '[\"noon\"]', tax = 5, total = total + 5, amounts = "
        "'[{\"part\":\"tax\",\"name\":\"VAT\",\"amount\":4}]';"
        "UPDATE order_items SET line_total = line_total + 1, discount = 2 WHERE order_id = " +
        orders("pending") +
        ";"
        "UPDATE order_history SET to_status = 'out_for_delivery' WHERE order_id = " +
        orders("cancelled") +
        " AND version = 1;"
        "INSERT INTO event_head (id, position) VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET "
        "position = event_head.position + 9;"
        "INSERT INTO order_feed (id, position) VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET "
        "position = order_feed.position + 9;"
        "INSERT INTO event_subscribers (name, position, attempts, due_at) VALUES ('ghost.one', "
        "1000, 0, 0);");
    EXPECT_EQ(found_broken(),
              (Found{{"an order that stands holds what it claimed", "orders 1"},
                     {"an order's discount, fees and tax are the sums of its amounts", "orders 2"},
                     {"an order's subtotal is the sum of its items", "orders 1"},
                     {"an item's total is its price as often as it was ordered, and not below its "
                      "discount",
                      "orders 1"},
                     {"an order's discount is spread over its items", "orders 1"},
                     {"each move of an order is allowed, and begins where the one before ended",
                      "orders 2"},
                     {"positions have no gap", "events 1"},
                     {"positions in the feed of orders have no gap", "orders 1"},
                     {"a subscriber has handled only what has happened", "events 1"}}));
}

}  // namespace kitchen::tests
