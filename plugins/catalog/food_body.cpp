#include "food_body.h"

#include <cmath>
#include <memory>
#include <mutex>

#include "food_rules.h"
#include "kitchen/time.h"

namespace kitchen {

using http::BodyFields;
using http::Format;
using http::Schema;

namespace catalog {
namespace {

struct Rating {
    std::optional<double> average;
    std::int64_t count;

    static void describe(BodyFields<Rating>& field) {
        field("average", &Rating::average).or_null().describe("1 to 5; null: not rated yet.");
        field("count", &Rating::count).min(0);
    }
};

/// The shape with every member optional, and no defaults: what is left out stays as it is.
Schema partial(Schema shape, const char* name) {
    for (Schema::Member& member : shape.members) {
        member.presence = http::optional;
        member.schema.default_value = nullptr;
    }
    return shape.named(name);
}

Schema side_rules_input() {
    Schema rule = partial(http::schema_of<SideRule>(), "SideRuleInput");
    rule.describe("How many sides of this kind go with one portion, and which.");
    rule.members[0].schema.min(0).max(max_sides).fallback(SideRule().min);
    rule.members[1].schema.min(0).max(max_sides).fallback(SideRule().max);
    Schema rules = partial(http::schema_of<SideRules>(), "SideRulesInput");
    for (Schema::Member& kind : rules.members) kind.schema = rule;
    return rules.describe(
        "A kind that is named is replaced whole; one that is not stays, or has the default: at "
        "most one of any food.");
}

Schema& items(Schema& list, Schema item) {
    list.items = std::make_shared<const Schema>(std::move(item));
    return list.unique_items();
}

/// A food as a response shows it or, without what the catalogue itself keeps, as a request gives
/// it.
template <class T>
void describe_food(BodyFields<T>& field) {
    constexpr bool is_request = std::is_same_v<T, FoodDraft>;
    // A request may leave it out, a response has it.
    const auto may = [&](const char* name, auto member, Json fallback = {}) -> Schema& {
        if (!is_request) return field(name, member);
        return field.optional(name, member).fallback(std::move(fallback));
    };
    // A limit that responses do not promise.
    const auto limit = [](Schema& schema, std::int64_t most) -> Schema& {
        return is_request ? schema.max(most) : schema;
    };
    field.named(is_request ? "FoodInput" : "Food");
    if constexpr (!is_request) field("id", &T::id).min(1);
    field("name", &T::name).min(1).max(max_name).describe("Unique on the menu, whatever its case.");
    limit(may("description", &T::description, ""), max_description);
    field("price", &T::price).min(0).max(max_price).describe("Minor units (kobo).");
    if constexpr (!is_request)
        field("currency", &T::currency).describe("ISO 4217 code of the price.");
    may("image_url", &T::image_url).format(Format::http_url).max(max_image_url).or_null();
    field("category", &T::category).min(1).max(max_category);
    limit(may("available_quantity", &T::available_quantity), max_quantity)
        .min(0)
        .or_null()
        .describe("Portions left; null: not counted.");
    may("is_available", &T::is_available, true)
        .describe("False: the staff have taken it off for now.");
    items(may("tags", &T::tags, Json::array()), Schema::string().min(1).max(max_tag)).max(max_tags);
    Schema& side_rules = may("side_rules", &T::side_rules);
    if (is_request) side_rules = side_rules_input();
    if constexpr (!is_request) {
        field("rating", [](const T& food) {
            Rating rating{std::nullopt, food.rating_count};
            if (rating.count > 0) rating.average = std::round(food.rating_average * 100) / 100;
            return rating;
        });
        field("version", &T::version)
            .min(1)
            .describe(
                "Grows with every edit; the ETag begins with it. Sales and ratings move what "
                "follows.");
        field("created_at", [](const T& food) { return from_millis(food.created_at); });
        field("updated_at", [](const T& food) { return from_millis(food.updated_at); });
    }
}

}  // namespace

void FoodView::describe(BodyFields<FoodView>& field) { describe_food(field); }

Schema food_change_schema() { return partial(http::schema_of<FoodDraft>(), "FoodChange"); }

void read_draft(const Json& body, FoodDraft& draft) {
    http::read_body(body, draft);
    SideRules& rules = draft;  // not in the table, which would replace both kinds
    http::read_body(body["side_rules"], rules);
}

template <class T>
Status StoredJson<T>::read(const char* column, T& value) const {
    try {
        if (const std::optional<Json> json = parse_json(text)) {
            if constexpr (http::Body<T>) (void)json->as_object();
            http::read_body(*json, value);
            return {};
        }
    } catch (const std::bad_variant_access&) {  // JSON of another type
    }
    return Error(Errc::corrupt, "food_damaged", "A food of the menu is stored damaged.")
        .with_subject(column);
}
template struct StoredJson<std::vector<std::string>>;
template struct StoredJson<SideRules>;

template <class T>
Status ReadTexts<T>::read(std::string_view text, const char* column, T& value) const {
    constexpr std::size_t most_texts = 1000, longest = 4096;
    {
        const std::shared_lock lock(mutex_);
        if (const auto known = read_.find(text); known != read_.end()) {
            value = known->second;
            return {};
        }
    }
    Status read = StoredJson<T>{text}.read(column, value);
    if (!read || text.size() > longest) return read;
    const std::unique_lock lock(mutex_);
    if (read_.size() >= most_texts) read_.clear();
    read_.emplace(text, value);
    return {};
}
template class ReadTexts<std::vector<std::string>>;
template class ReadTexts<SideRules>;

void WrittenFoods::write(JsonWriter& out, const Food& food) const {
    constexpr std::size_t most_foods = 1000;
    {
        const std::shared_lock lock(mutex_);
        const auto known = written_.find(food.id);
        if (known != written_.end() && known->second.food == food) {
            out.raw(known->second.json);
            return;
        }
    }
    std::string json = http::body_json(food);
    out.raw(json);
    const std::unique_lock lock(mutex_);
    if (written_.size() >= most_foods) written_.clear();
    written_.insert_or_assign(food.id, Written{food, std::move(json)});
}

}  // namespace catalog

void describe(BodyFields<SideRule>& field) {
    field.named("SideRule");
    field("min", &SideRule::min);
    field("max", &SideRule::max);
    catalog::items(field("allowed", &SideRule::allowed), Schema::integer().min(1))
        .max(catalog::max_allowed_sides)
        .or_null()
        .describe("Ids of foods; null: any food.");
}

void describe(BodyFields<SideRules>& field) {
    field.named("SideRules");
    field("side_protein", &SideRules::side_protein);
    field("extra_side", &SideRules::extra_side);
}

void describe(BodyFields<FoodDraft>& field) { catalog::describe_food(field); }
void describe(BodyFields<Food>& field) { catalog::describe_food(field); }

}  // namespace kitchen
