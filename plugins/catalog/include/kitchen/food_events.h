// The event of the menu, for subscribers of events/1. What it does not say, catalog/1 does.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/http/body.h"
#include "kitchen/time.h"

namespace kitchen {

/// A count that moves while some are left is no event.
struct FoodChanged {
    static constexpr std::string_view event_name = "food.changed/1";
    std::int64_t food_id = 0;
    /// "created", "changed", "low", "sold_out", "restocked", "deleted", "restored", "purged"
    /// (nothing is left of a deleted one); or more
    std::string what;
    std::int64_t version = 0;  ///< of the food from then on; the count moves none
    Timestamp at;
    std::optional<std::int64_t> left = {};  ///< of a change of its count: what it is now

    static void describe(http::BodyFields<FoodChanged>& field) {
        field("food_id", &FoodChanged::food_id);
        field("what", &FoodChanged::what);
        field("version", &FoodChanged::version);
        field("at", &FoodChanged::at);
        field.optional("left", &FoodChanged::left);
    }
};

}  // namespace kitchen
