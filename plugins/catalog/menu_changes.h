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
class MenuChanges {
public:
    /// `events` nullptr: there are no subscribers. `forget` is called after the commit of each
    /// transaction with a change that guests see, and before the transaction's caller hears of it.
    /// `low`: a food runs low when so many portions are left; nothing: never.
    MenuChanges(Events* events, std::function<void()> forget, std::optional<std::int64_t> low = {})
        : events_(events), forget_(std::move(forget)), low_(low) {}

    /// Of a food that has become `after`. Nothing when no more than its count has moved, and enough
    /// are left.
    std::vector<FoodChanged> of(const FoodDraft& before, const Food& after) const;
    /// The same of its count alone.
    std::vector<FoodChanged> of_count(std::int64_t food_id, std::optional<std::int64_t> before,
                                      std::optional<std::int64_t> after, std::int64_t version,
                                      std::int64_t at) const;

    /// All changes of this transaction.
    Status tell(Transaction& tx, const std::vector<FoodChanged>& changes) const;

private:
    Events* const events_;
    const std::function<void()> forget_;
    const std::optional<std::int64_t> low_;
};

}  // namespace kitchen::catalog
