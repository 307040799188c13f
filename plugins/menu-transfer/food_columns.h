// The columns of a menu in CSV, which are members of a food in JSON: what a cell holds of a food,
// and what JSON a cell means.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/json.h"
#include "kitchen/result.h"

namespace kitchen::transfer {

struct FoodColumn {
    enum class Kind : std::uint8_t {
        text,
        text_or_null,     ///< empty: null
        integer,          ///< empty: missing
        integer_or_null,  ///< empty: null
        boolean,          ///< empty: true
        tags,             ///< separated by semicolons; a JSON list when a tag holds one
        side_rules,       ///< JSON; empty: the default
        shown,            ///< exported, and not looked at by an import
    };
    std::string_view name;
    Kind kind;
    void (*append)(std::string& cell, const Food& food);
};

/// In the order in which they are exported.
const std::vector<FoodColumn>& food_columns();
const FoodColumn* find_column(std::string_view name);
/// Members of a food as the API shows it that an import does not look at.
bool is_shown_only(std::string_view member);

/// A sentence that there is no such column, with the name that is meant.
std::string unknown_column(std::string_view name);

/// What the cell says: a value, or nothing when it says nothing. Error: unprocessable, with a
/// sentence. A value may still be wrong for a food.
Result<std::optional<Json>> read_cell(const FoodColumn& column, std::string_view cell);

/// As records of CSV, each with CRLF at its end.
void append_header(std::string& out);
void append_food(std::string& out, const Food& food);

}  // namespace kitchen::transfer
