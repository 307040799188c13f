// What a food must be like, wherever it comes from: a request, the demo menu or a test. And what
// may be asked of the menu.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/catalog.h"
#include "kitchen/result.h"

namespace kitchen::catalog {

// Lengths in code points.
inline constexpr std::int64_t max_name = 120;
inline constexpr std::int64_t max_description = 2000;
inline constexpr std::int64_t max_category = 60;
inline constexpr std::int64_t max_tags = 20;
inline constexpr std::int64_t max_tag = 40;
inline constexpr std::int64_t max_image_url = 2048;
inline constexpr std::int64_t max_search = 100;
inline constexpr std::int64_t max_reason = 200;
inline constexpr std::int64_t max_price = 1'000'000'000;  ///< minor units
inline constexpr std::int64_t max_quantity = 1'000'000;
inline constexpr std::int64_t max_sides = 10;           ///< of one kind with one food
inline constexpr std::int64_t max_allowed_sides = 200;  ///< ids in one list

/// Trims the texts and checks every member. Error: unprocessable "validation_failed", a fault for
/// each deviation with the JSON pointer of the request body. Whether the allowed sides exist is not
/// known here. What is as it was `before` is not checked: rules may have become stricter since.
Status normalise(FoodDraft& draft, const FoodDraft& before = {});

/// Trims the reason of a stock adjustment and checks it and the delta.
Status normalise_adjustment(std::int64_t delta, std::string& reason);

enum class FoodOrder : std::uint8_t { id, name, price, created_at, rating };

/// Filters that are not set let everything through. Texts as the client wrote them.
struct FoodQuery {
    std::optional<std::string> category;  ///< whole, case-insensitive
    std::optional<std::string> search;    ///< part of the name or the description, case-insensitive
    std::optional<std::string> tag;       ///< whole, case-insensitive
    std::optional<std::int64_t> min_price, max_price;  ///< both included
    std::optional<bool> available;  ///< true: only what can be ordered now; false: only what cannot
    FoodOrder order = FoodOrder::id;
    bool descending = false;  ///< ties are broken by rising id either way

    bool has_filter() const noexcept {
        return category || search || tag || min_price || max_price || available;
    }
};

/// The filters that make no sense together, or that hold what no stored text can.
Status check(const FoodQuery& query);

}  // namespace kitchen::catalog
