// food-edits/1: changes of foods by another plugin: one that keeps a part of what is said of a
// food, its image, for example, or that writes whole menus.
//
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/version_check.h"

namespace kitchen {

/// One of FoodEdits::write().
struct FoodEdit {
    std::optional<std::int64_t> id;  ///< nothing: a new food, as `change` makes it of the defaults
    std::function<void(FoodDraft&)> change;
    VersionCheck check = any_version;  ///< of a food that is there
    /// Asked when available_quantity changes, with the food as it is: sales move no version.
    std::function<Status(const Food&)> count_check = [](const Food&) { return Status(); };
};

/// So many ratings of a food, with so many stars in all.
struct FoodStars {
    std::int64_t food_id = 0;
    std::int64_t ratings = 0, stars = 0;
};

class FoodEdits {
public:
    using Interface = FoodEdits;
    static constexpr std::string_view interface_name = "food-edits/1";
    virtual ~FoodEdits() = default;

    /// Changes a food in the caller's transaction, as PATCH /foods/{id}/ does; an edit that changes
    /// nothing leaves its version as it is. `by_user` goes into the stock journal. Gives the food
    /// as it is then. Errors: not_found "food_not_found", of a deleted food too; those of `check`;
    /// unprocessable "validation_failed"; conflict "food_name_taken".
    virtual Result<Food> edit(Transaction& tx, std::int64_t id,
                              const std::function<void(FoodDraft&)>& change,
                              const VersionCheck& check, std::optional<std::int64_t> by_user) = 0;

    /// Before write() of many: has others who change these foods, or sell them, wait from now on.
    /// Ids in rising order; unknown ones do not matter.
    virtual Status lock(Transaction& tx, std::span<const std::int64_t> ids) = 0;
    /// Many at once, the menu's caches being told once: what `next` gives, until it gives nothing.
    /// Errors: those of edit(), about what `next` gave last.
    virtual Status write(Transaction& tx, const std::function<std::optional<FoodEdit>()>& next,
                         std::optional<std::int64_t> by_user) = 0;

    // To know before the transaction what it would do.
    /// Reads a body of PATCH /foods/{id}/ over the draft. Error: unprocessable "validation_failed".
    virtual Status read(const Json& body, FoodDraft& draft) const = 0;
    /// Trims the draft and checks it as edit() does, but for whether the name is taken. `before`:
    /// what the food is now; of a new one the defaults.
    virtual Status check(Transaction& tx, FoodDraft& draft, const FoodDraft& before) const = 0;
    /// The same for names that cannot both be on the menu.
    virtual std::string name_key(std::string_view name) const = 0;
    /// The food of that name on the menu.
    virtual Result<std::optional<Food>> find_by_name(Transaction& tx,
                                                     std::string_view name) const = 0;
    /// Foods on the menu by rising id, those after that one.
    virtual Result<std::vector<Food>> foods_after(Transaction& tx, std::int64_t id,
                                                  std::int64_t limit) const = 0;

    /// Adds to the ratings of a food, of a deleted one too; below zero: takes them back. Neither a
    /// new version nor an event. GET /foods/{id}/ shows them at once, lists as they show sales:
    /// after catalog.cache.ttl at the latest. Error: not_found "food_not_found".
    virtual Status rate(Transaction& tx, const FoodStars& more) = 0;
    /// Of each food that has ratings, deleted ones too, by rising id.
    virtual Result<std::vector<FoodStars>> rated(Transaction& tx) = 0;
};

}  // namespace kitchen
