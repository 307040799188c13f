#include "menu_changes.h"

#include <algorithm>

namespace kitchen::catalog {

FoodChanged creation_of(const Food& food) {
    return {food.id, "created", food.version, from_millis(food.created_at)};
}

std::vector<FoodChanged> MenuChanges::of_count(std::int64_t food_id,
                                               std::optional<std::int64_t> before,
                                               std::optional<std::int64_t> after,
                                               std::int64_t version, std::int64_t at) const {
    std::vector<FoodChanged> changes;
    const auto add = [&](const char* what) {
        changes.push_back({food_id, what, version, from_millis(at), after});
    };
    const auto is_low = [&](std::optional<std::int64_t> left) {
        return low_ && left && *left <= *low_;
    };
    if (is_low(after) && !is_low(before)) add("low");
    const bool was_out = before == 0, is_out = after == 0;
    if (was_out != is_out) add(is_out ? "sold_out" : "restocked");
    return changes;
}

std::vector<FoodChanged> MenuChanges::of(const FoodDraft& before, const Food& after) const {
    FoodDraft same_count = after;
    same_count.available_quantity = before.available_quantity;
    const bool is_counted = after.available_quantity.has_value();
    std::vector<FoodChanged> changes =
        of_count(after.id, before.available_quantity, after.available_quantity, after.version,
                 after.updated_at);
    if (same_count != before || is_counted != before.available_quantity.has_value())
        changes.insert(changes.begin(),
                       {after.id, "changed", after.version, from_millis(after.updated_at)});
    return changes;
}

Status MenuChanges::tell(Transaction& tx, const std::vector<FoodChanged>& changes) const {
    if (std::any_of(changes.begin(), changes.end(),
                    [](const FoodChanged& c) { return c.what != "low" && c.what != "purged"; }))
        tx.after_commit(forget_);
    if (!events_) return {};
    for (const FoodChanged& change : changes)
        if (Status emitted = events_->emit(tx, change); !emitted) return emitted;
    return {};
}

}  // namespace kitchen::catalog
