#include "food_json.h"

#include <cmath>

#include "kitchen/time.h"

namespace kitchen::catalog {
namespace {

void write_side_rule(JsonWriter& out, std::string_view kind, const SideRule& rule) {
    out.key(kind).begin_object().member("min", rule.min).member("max", rule.max).key("allowed");
    if (rule.allowed) {
        out.begin_array();
        for (std::int64_t id : *rule.allowed) out.value(id);
        out.end_array();
    } else {
        out.null();
    }
    out.end_object();
}

SideRule side_rule(const Json& json) {
    SideRule rule;
    if (json.has("min")) rule.min = json["min"].as_integer();
    if (json.has("max")) rule.max = json["max"].as_integer();
    if (json.has("allowed")) {
        rule.allowed.emplace();
        for (const Json& id : json["allowed"].as_array()) rule.allowed->push_back(id.as_integer());
    }
    return rule;
}

std::vector<std::string> strings(const Json& json) {
    std::vector<std::string> out;
    out.reserve(json.size());
    for (const Json& item : json.as_array()) out.push_back(item.as_string());
    return out;
}

Error damaged(const char* column) {
    return Error(Errc::corrupt, "food_damaged", "A food of the menu is stored damaged.")
        .with_subject(column);
}

}  // namespace

void write_food(JsonWriter& out, const FoodView& food) {
    out.begin_object()
        .member("id", food.id)
        .member("name", food.name)
        .member("description", food.description)
        .member("price", food.price)
        .member("currency", food.currency)
        .member("image_url", food.image_url)
        .member("category", food.category)
        .member("available_quantity", food.available_quantity)
        .member("is_available", food.is_available);
    out.key("tags").raw(food.tags);
    out.key("side_rules").raw(food.side_rules);
    out.key("rating").begin_object().key("average");
    if (food.rating_count > 0)
        out.value(std::round(food.rating_average * 100) / 100);
    else
        out.null();
    out.member("count", food.rating_count).end_object();
    out.member("version", food.version)
        .member("created_at", format_rfc3339(from_millis(food.created_at)))
        .member("updated_at", format_rfc3339(from_millis(food.updated_at)))
        .end_object();
}

void write_food(JsonWriter& out, const Food& food) {
    const std::string tags = tags_json(food.tags);
    const std::string side_rules = side_rules_json(food.side_protein, food.extra_side);
    FoodView view;
    view.id = food.id;
    view.name = food.name;
    view.description = food.description;
    view.price = food.price;
    view.currency = food.currency;
    view.image_url = food.image_url;
    view.category = food.category;
    view.available_quantity = food.available_quantity;
    view.is_available = food.is_available;
    view.tags = tags;
    view.side_rules = side_rules;
    view.rating_count = food.rating_count;
    view.rating_average = food.rating_average;
    view.version = food.version;
    view.created_at = food.created_at;
    view.updated_at = food.updated_at;
    write_food(out, view);
}

std::string tags_json(const std::vector<std::string>& tags) {
    std::string text;
    JsonWriter out(text);
    out.begin_array();
    for (const std::string& tag : tags) out.value(tag);
    out.end_array();
    return text;
}

std::string side_rules_json(const SideRule& side_protein, const SideRule& extra_side) {
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    write_side_rule(out, "side_protein", side_protein);
    write_side_rule(out, "extra_side", extra_side);
    out.end_object();
    return text;
}

Status read_tags(std::string_view json, std::vector<std::string>& tags) try {
    tags.clear();
    if (json == "[]") return {};
    const std::optional<Json> parsed = parse_json(json);
    if (!parsed) return damaged("foods.tags");
    tags = strings(*parsed);
    return {};
} catch (const std::bad_variant_access&) {
    return damaged("foods.tags");
}

Status read_side_rules(std::string_view json, SideRule& side_protein, SideRule& extra_side) try {
    const std::optional<Json> parsed = parse_json(json);
    if (!parsed || !parsed->is_object()) return damaged("foods.side_rules");
    side_protein = side_rule((*parsed)["side_protein"]);
    extra_side = side_rule((*parsed)["extra_side"]);
    return {};
} catch (const std::bad_variant_access&) {
    return damaged("foods.side_rules");
}

void apply_json(const Json& body, FoodDraft& draft) {
    if (const Json* v = body.find("name")) draft.name = v->as_string();
    if (const Json* v = body.find("description")) draft.description = v->as_string();
    if (const Json* v = body.find("price")) draft.price = v->as_integer();
    if (const Json* v = body.find("image_url")) {
        draft.image_url.reset();
        if (!v->is_null()) draft.image_url = v->as_string();
    }
    if (const Json* v = body.find("category")) draft.category = v->as_string();
    if (const Json* v = body.find("available_quantity")) {
        draft.available_quantity.reset();
        if (!v->is_null()) draft.available_quantity = v->as_integer();
    }
    if (const Json* v = body.find("is_available")) draft.is_available = v->as_bool();
    if (const Json* v = body.find("tags")) draft.tags = strings(*v);
    if (const Json* v = body["side_rules"].find("side_protein")) draft.side_protein = side_rule(*v);
    if (const Json* v = body["side_rules"].find("extra_side")) draft.extra_side = side_rule(*v);
}

}  // namespace kitchen::catalog
