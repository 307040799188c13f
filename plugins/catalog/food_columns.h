// The columns of a row of foods, as every statement that gives foods has them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kitchen::catalog {

inline constexpr std::string_view food_columns =
    "id, name, description, price, image_url, category, available_quantity, is_available, tags, "
    "side_rules, rating_count, rating_total, version, created_at, updated_at, deleted_at, "
    "stock_moves";
enum FoodColumn : std::uint32_t {
    c_id,
    c_name,
    c_description,
    c_price,
    c_image_url,
    c_category,
    c_available_quantity,
    c_is_available,
    c_tags,
    c_side_rules,
    c_rating_count,
    c_rating_total,
    c_version,
    c_created_at,
    c_updated_at,
    c_deleted_at,
    c_stock_moves
};

inline std::string select_foods(std::string_view where) {
    return std::string("SELECT ").append(food_columns).append(" FROM foods WHERE ").append(where);
}

}  // namespace kitchen::catalog
