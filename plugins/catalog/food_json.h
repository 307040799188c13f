// Foods as JSON: written for responses without a tree in between, read from checked bodies and from
// what the tables hold.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "food_draft.h"
#include "kitchen/json.h"
#include "kitchen/result.h"

namespace kitchen::catalog {

/// A food as it is about to be written: views into a row of the table or into a Food, which must
/// outlive it.
struct FoodView {
    std::int64_t id = 0;
    std::string_view name, description;
    std::int64_t price = 0;
    std::string_view currency;
    std::optional<std::string_view> image_url;
    std::string_view category;
    std::optional<std::int64_t> available_quantity;
    bool is_available = true;
    std::string_view tags;        ///< JSON, see tags_json()
    std::string_view side_rules;  ///< JSON, see side_rules_json()
    std::int64_t rating_count = 0;
    double rating_average = 0;
    std::int64_t version = 0;
    std::int64_t created_at = 0, updated_at = 0;
};

/// The public form: the one place that says what a food looks like.
void write_food(JsonWriter& out, const FoodView& food);
void write_food(JsonWriter& out, const Food& food);

// The columns foods.tags and foods.side_rules hold just what the responses show.
std::string tags_json(const std::vector<std::string>& tags);
std::string side_rules_json(const SideRule& side_protein, const SideRule& extra_side);
/// Error: corrupt, when the column holds something else.
Status read_tags(std::string_view json, std::vector<std::string>& tags);
Status read_side_rules(std::string_view json, SideRule& side_protein, SideRule& extra_side);

/// Sets the members that `body` names. A kind of side that is named is replaced whole, its missing
/// members by their defaults. `body` must be valid by food_input_schema() or food_change_schema().
void apply_json(const Json& body, FoodDraft& draft);

}  // namespace kitchen::catalog
