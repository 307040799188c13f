// What the staff decide about a food (FoodDraft), and what a guest asks the menu for (FoodQuery).
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kitchen/catalog.h"

namespace kitchen {

inline bool operator==(const SideRule& a, const SideRule& b) {
    return a.min == b.min && a.max == b.max && a.allowed == b.allowed;
}

}  // namespace kitchen

namespace kitchen::catalog {

/// A food without what the catalogue itself keeps (id, version, times, ratings). The defaults are
/// those of the API.
struct FoodDraft {
    std::string name;
    std::string description;
    std::int64_t price = 0;  ///< minor units
    std::optional<std::string> image_url;
    std::string category;
    std::optional<std::int64_t> available_quantity;  ///< nothing: not counted
    bool is_available = true;
    std::vector<std::string> tags;
    SideRule side_protein, extra_side;

    friend bool operator==(const FoodDraft&, const FoodDraft&) = default;
};

FoodDraft draft_of(const Food& food);
/// Puts the draft's members into `food` and leaves the others.
void assign(Food& food, const FoodDraft& draft);

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

}  // namespace kitchen::catalog
