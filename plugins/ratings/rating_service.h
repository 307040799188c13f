// The rules of ratings, each call one transaction. Knows nothing of HTTP.
//
// Errors beside the store's own: not_found "food_not_found", of a deleted food too; what each says.
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/clock.h"
#include "kitchen/food_events.h"
#include "kitchen/orders.h"
#include "kitchen/plugin.h"
#include "rating_repository.h"

namespace kitchen::ratings {

struct RatingPage {
    std::vector<Rating> ratings;
    std::int64_t total_count = 0;
};

class RatingService {
public:
    /// All must live longer.
    RatingService(Store& store, Catalog& catalog, FoodEdits& foods, Orders& orders,
                  const Clock& clock);

    /// `stars` must be 1 to 5. conflict: "not_bought", "already_rated".
    Result<Rating> add(std::int64_t food_id, std::int64_t user_id, std::int64_t stars,
                       const std::string& comment);
    /// Newest first.
    Result<RatingPage> list(std::int64_t food_id, std::int64_t limit, std::int64_t offset) const;
    /// Of a deleted food too. not_found: "rating_not_found".
    Status remove(std::int64_t food_id, std::int64_t id);
    /// When a food is purged, its ratings go.
    Status food_changed(Transaction& tx, const FoodChanged& event) const {
        return event.what == "purged" ? ratings_.forget(tx, event.food_id) : Status();
    }

    /// What holds between ratings and foods, and what foods show when this plugin is purged.
    void add_rules(Setup& setup);

private:
    /// One that is on the menu.
    Result<Food> food(Transaction& tx, std::int64_t id) const;

    Store& store_;
    Catalog& catalog_;
    FoodEdits& foods_;
    Orders& orders_;
    const Clock& clock_;
    const RatingRepository ratings_;
};

}  // namespace kitchen::ratings
