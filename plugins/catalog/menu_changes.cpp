#include "menu_changes.h"

namespace kitchen::catalog {

FoodChanged creation_of(const Food& food) {
    return {food.id, "created", food.version, from_millis(food.created_at)};
}

std::optional<FoodChanged> change_of_count(std::int64_t food_id, std::optional<std::int64_t> before,
                                           std::optional<std::int64_t> after, std::int64_t version,
                                           std::int64_t at) {
    const bool was_out = before == 0, is_out = after == 0;
    if (was_out == is_out) return std::nullopt;
    return FoodChanged{food_id, is_out ? "sold_out" : "restocked", version, from_millis(at)};
}

std::vector<FoodChanged> changes_of(const FoodDraft& before, const Food& after) {
    FoodDraft same_count = after;
    same_count.available_quantity = before.available_quantity;
    const bool is_counted = after.available_quantity.has_value();
    std::vector<FoodChanged> changes;
    if (same_count != before || is_counted != before.available_quantity.has_value())
        changes.push_back({after.id, "changed", after.version, from_millis(after.updated_at)});
    if (auto change = change_of_count(after.id, before.available_quantity, after.available_quantity,
                                      after.version, after.updated_at))
        changes.push_back(*std::move(change));
    return changes;
}

Status MenuChanges::tell(Transaction& tx, const std::vector<FoodChanged>& changes) const {
    if (changes.empty()) return {};
    tx.after_commit(forget_);
    if (!events_) return {};
    for (const FoodChanged& change : changes)
        if (Status emitted = events_->emit(tx, change); !emitted) return emitted;
    return {};
}

}  // namespace kitchen::catalog
