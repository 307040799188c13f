#include "food_schema.h"

#include "food_rules.h"

namespace kitchen::catalog {

using http::Format;
using http::Schema;

namespace {

// A schema's setters give a reference to it; that of a temporary is copied here before it dies.

Schema id() { return Schema::integer().min(1); }
Schema price() { return Schema::integer().min(0).max(max_price).describe("Minor units (kobo)."); }
Schema quantity() {
    return Schema::integer()
        .min(0)
        .max(max_quantity)
        .or_null()
        .describe("Portions left; null: not counted.");
}
Schema name() {
    return Schema::string().min(1).max(max_name).describe("Unique on the menu, whatever its case.");
}
Schema category() { return Schema::string().min(1).max(max_category); }
Schema description() { return Schema::string().max(max_description); }
Schema image_url() {
    return Schema::string().format(Format::http_url).max(max_image_url).or_null();
}
Schema is_available() {
    return Schema::boolean().describe("False: the staff have taken it off for now.");
}
Schema tags() {
    return Schema::array(Schema::string().min(1).max(max_tag)).max(max_tags).unique_items();
}
Schema time() { return Schema::string().format(Format::date_time); }

Schema allowed() {
    return Schema::array(id())
        .max(max_allowed_sides)
        .unique_items()
        .or_null()
        .describe("Ids of foods; null: any food.");
}
Schema side_rule_input() {
    return Schema::object(
               {{"min", Schema::integer().min(0).max(max_sides).fallback(0), http::optional},
                {"max", Schema::integer().min(0).max(max_sides).fallback(1), http::optional},
                {"allowed", allowed(), http::optional}})
        .describe("How many sides of this kind go with one portion, and which.")
        .named("SideRuleInput");
}
Schema side_rules_input() {
    return Schema::object({{"side_protein", side_rule_input(), http::optional},
                           {"extra_side", side_rule_input(), http::optional}})
        .describe(
            "A kind that is named is replaced whole; one that is not stays, or has the default: at "
            "most one of any food.")
        .named("SideRulesInput");
}
Schema side_rules() {
    const Schema rule =
        Schema::object(
            {{"min", Schema::integer()}, {"max", Schema::integer()}, {"allowed", allowed()}})
            .named("SideRule");
    return Schema::object({{"side_protein", rule}, {"extra_side", rule}}).named("SideRules");
}

}  // namespace

Schema food_schema() {
    return Schema::object(
               {{"id", id()},
                {"name", name()},
                {"description", Schema::string()},
                {"price", price()},
                {"currency", Schema::string().describe("ISO 4217 code of the price.")},
                {"image_url", image_url()},
                {"category", category()},
                {"available_quantity",
                 Schema::integer().min(0).or_null().describe("Portions left; null: not counted.")},
                {"is_available", is_available()},
                {"tags", tags()},
                {"side_rules", side_rules()},
                {"rating", Schema::object({{"average", Schema::number().or_null().describe(
                                                           "1 to 5; null: not rated yet.")},
                                           {"count", Schema::integer().min(0)}})},
                {"version",
                 Schema::integer().min(1).describe("Grows with every change; also the ETag.")},
                {"created_at", time()},
                {"updated_at", time()}})
        .named("Food");
}

Schema food_input_schema() {
    return Schema::object({{"name", name()},
                           {"description", description().fallback(""), http::optional},
                           {"price", price()},
                           {"image_url", image_url(), http::optional},
                           {"category", category()},
                           {"available_quantity", quantity(), http::optional},
                           {"is_available", is_available().fallback(true), http::optional},
                           {"tags", tags().fallback(Json::array()), http::optional},
                           {"side_rules", side_rules_input(), http::optional}})
        .named("FoodInput");
}

Schema food_change_schema() {
    Schema change = food_input_schema();
    for (Schema::Member& member : change.members) {
        member.presence = http::optional;
        member.schema.default_value = nullptr;  // what is left out stays as it is
    }
    return change.named("FoodChange");
}

Schema categories_schema() {
    return Schema::object(
               {{"result", Schema::array(Schema::object(
                               {{"name", Schema::string()}, {"count", Schema::integer().min(1)}}))},
                {"count", Schema::integer().min(0)}})
        .named("Categories");
}

Schema stock_adjustment_schema() {
    return Schema::object({{"delta", Schema::integer()
                                         .min(-max_quantity)
                                         .max(max_quantity)
                                         .describe("Portions to add; not 0.")},
                           {"reason", Schema::string().min(1).max(max_reason)}})
        .named("StockAdjustment");
}

Schema stock_entry_schema() {
    return Schema::object(
               {{"id", id()},
                {"delta", Schema::integer()},
                {"quantity_after",
                 Schema::integer().min(0).or_null().describe("null: not counted from then on.")},
                {"reason", Schema::string()},
                {"reference",
                 Schema::string().or_null().describe("What caused it, such as an order.")},
                {"by", id().or_null().describe("The user who did it; null: the system.")},
                {"created_at", time()}})
        .named("StockEntry");
}

}  // namespace kitchen::catalog
