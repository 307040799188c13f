// food-edits/1: changes of a food by another plugin, which keeps a part of what is said of it: its
// image, for example.
//
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "kitchen/catalog.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/version_check.h"

namespace kitchen {

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
};

}  // namespace kitchen
