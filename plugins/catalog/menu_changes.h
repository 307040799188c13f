// What is a change of the menu, and who hears of it: subscribers of food.changed/1, and the cache
// of public reads. Never the one without the other.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/events.h"
#include "kitchen/food_events.h"

namespace kitchen::catalog {

FoodChanged creation_of(const Food& food);
/// Of a food that has become `after`. Nothing when no more than its count has moved, and some are
/// left.
std::vector<FoodChanged> changes_of(const FoodDraft& before, const Food& after);
/// The same of its count alone.
std::optional<FoodChanged> change_of_count(std::int64_t food_id, std::optional<std::int64_t> before,
                                           std::optional<std::int64_t> after, std::int64_t version,
                                           std::int64_t at);

class MenuChanges {
public:
    /// `events` nullptr: there are no subscribers. `forget` is called after the commit of each
    /// transaction with a change, and before the transaction's caller hears of it.
    MenuChanges(Events* events, std::function<void()> forget)
        : events_(events), forget_(std::move(forget)) {}

    /// All changes of this transaction.
    Status tell(Transaction& tx, const std::vector<FoodChanged>& changes) const;

private:
    Events* const events_;
    const std::function<void()> forget_;
};

}  // namespace kitchen::catalog
