#include "cart_schema.h"

namespace kitchen::cart {

using http::Schema;

namespace {

Schema id_schema() { return Schema::integer().min(1); }
Schema quantity_schema() { return Schema::integer().min(1).max(max_request_quantity); }
Schema instructions_schema() { return Schema::string().max(max_instructions).or_null(); }

Schema side_ids_schema(const char* text) {
    return Schema::array(id_schema()).max(50).unique_items().fallback(Json::array()).describe(text);
}

Schema food_schema() {
    return Schema::object({{"id", id_schema()},
                           {"name", Schema::string()},
                           {"price", Schema::integer()},
                           {"currency", Schema::string()}})
        .open()
        .describe("A food, as GET /foods/{id}/ gives it.");
}

Schema problems_schema() {
    return Schema::array(
               Schema::object({{"pointer", Schema::string()},
                               {"code", Schema::string().one_of({"deleted", "unavailable", "short",
                                                                 "side_not_allowed"})},
                               {"detail", Schema::string()}})
                   .named("CartProblem"))
        .describe("What stops this from being ordered now.");
}

}  // namespace

Schema new_line_schema() {
    return Schema::object(
               {
                   {"food_id", id_schema()},
                   {"quantity", quantity_schema().fallback(1), http::optional},
                   {"special_instructions",
                    instructions_schema().describe(
                        "Replaces what the item says already; left out or null keeps it."),
                    http::optional},
                   {"side_protein_ids", side_ids_schema("Foods to go with it as protein."),
                    http::optional},
                   {"extra_side_ids", side_ids_schema("Foods to go with it as extra."),
                    http::optional},
                   {"side_protein_id",
                    id_schema().or_null().describe("One id, in place of side_protein_ids."),
                    http::optional},
                   {"extra_side_id",
                    id_schema().or_null().describe("One id, in place of extra_side_ids."),
                    http::optional},
               })
        .named("NewCartItem");
}

Schema line_change_schema() {
    return Schema::object(
               {
                   {"quantity", quantity_schema(), http::optional},
                   {"special_instructions", instructions_schema().describe("null takes them away."),
                    http::optional},
               })
        .named("CartItemChange");
}

Schema line_schema() {
    return Schema::object(
               {
                   {"id", id_schema()},
                   {"food", food_schema()},
                   {"side_proteins", Schema::array(food_schema())},
                   {"extra_sides", Schema::array(food_schema())},
                   {"quantity", Schema::integer().min(1)},
                   {"special_instructions", Schema::string().or_null()},
                   {"unit_price",
                    Schema::integer().describe("The food and its sides together, in minor units.")},
                   {"line_total", Schema::integer().describe("unit_price × quantity.")},
                   {"problems", problems_schema()},
               })
        .named("CartItem");
}

Schema cart_schema() {
    return Schema::object({
                              {"version", Schema::integer().describe(
                                              "Grows with every change; 0 for a cart never used.")},
                              {"currency", Schema::string()},
                              {"items", Schema::array(line_schema())},
                              {"subtotal", Schema::integer()},
                              {"problems", problems_schema()},
                          })
        .named("Cart");
}

Schema cleared_schema() { return Schema::object({{"message", Schema::string()}}); }

}  // namespace kitchen::cart
