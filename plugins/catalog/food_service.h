// The rules of the menu, each call one transaction. Knows nothing of HTTP.
//
// Errors beside the store's own: not_found "food_not_found"; unprocessable "validation_failed" with
// faults; conflict as said. Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "food_repository.h"
#include "kitchen/clock.h"
#include "kitchen/food_edits.h"
#include "kitchen/store.h"
#include "kitchen/version_check.h"
#include "menu_changes.h"
#include "stock_repository.h"

namespace kitchen::catalog {

/// Changes the draft of a food; may be called more than once, always on a fresh one.
using Edit = std::function<void(FoodDraft&)>;

/// Of a food whose count is to be changed, before it is.
using CountCheck = std::function<Status(const Food&)>;
inline Status any_count(const Food&) { return {}; }

class FoodService final : public FoodEdits {
public:
    /// All must live longer.
    FoodService(Store& store, const Clock& clock, const FoodRepository& foods,
                const StockRepository& stock, const MenuChanges& changes);

    Result<FoodRows> list(const FoodQuery& query, std::int64_t limit, std::int64_t offset) const;
    /// One row.
    Result<Rows> read(std::int64_t id) const;
    FoodView view(const Row& row) const { return foods_.view(row); }
    /// Rows of (name, number of foods).
    Result<Rows> categories() const;

    // `by_user` goes into the stock journal.
    /// conflict: "food_name_taken".
    Result<Food> create(const FoodDraft& draft, std::optional<std::int64_t> by_user);
    /// conflict: "food_name_taken". An edit that changes nothing leaves the version as it is.
    /// `count_check` is asked only when available_quantity changes.
    Result<Food> change(std::int64_t id, const Edit& edit, const VersionCheck& check,
                        std::optional<std::int64_t> by_user,
                        const CountCheck& count_check = any_count);
    Result<Food> edit(Transaction& tx, std::int64_t id, const Edit& change,
                      const VersionCheck& check, std::optional<std::int64_t> by_user) override;
    Status lock(Transaction& tx, std::span<const std::int64_t> ids) override {
        return foods_.lock_all(tx, ids);
    }
    Status write(Transaction& tx, const std::function<std::optional<FoodEdit>()>& next,
                 std::optional<std::int64_t> by_user) override;
    Status read(const Json& body, FoodDraft& draft) const override;
    Status check(Transaction& tx, FoodDraft& draft, const FoodDraft& before) const override;
    std::string name_key(std::string_view name) const override;
    Result<std::optional<Food>> find_by_name(Transaction& tx, std::string_view name) const override;
    Result<std::vector<Food>> foods_after(Transaction& tx, std::int64_t id,
                                          std::int64_t limit) const override;
    Status rate(Transaction& tx, const FoodStars& more) override;
    Result<std::vector<FoodStars>> rated(Transaction& tx) override { return foods_.rated(tx); }
    /// Off the menu; a second time it is not found.
    Status remove(std::int64_t id, const VersionCheck& check);
    /// On the menu again, as it was. Errors: not_found, also for one that is on it; conflict
    /// "food_name_taken".
    Result<Food> restore(std::int64_t id);
    /// Removes all that were deleted at that time or before, with their journals; how many.
    Result<std::int64_t> purge(Timestamp deleted_at);

    /// Adds `delta` portions. conflict: "stock_not_counted", "insufficient_stock",
    /// "stock_too_large".
    Result<Food> adjust_stock(std::int64_t id, std::int64_t delta, std::string reason,
                              const CountCheck& check, std::optional<std::int64_t> by_user);
    /// Newest first; of deleted foods too.
    Result<StockRows> journal(std::int64_t id, std::int64_t limit, std::int64_t offset) const;

private:
    // `changes` grows by what there is to tell.
    Result<Food> create(Transaction& tx, FoodDraft draft, std::optional<std::int64_t> by_user,
                        std::vector<FoodChanged>& changes) const;
    Result<Food> edit(Transaction& tx, std::int64_t id, const Edit& edit, const VersionCheck& check,
                      std::optional<std::int64_t> by_user, const CountCheck& count_check,
                      std::vector<FoodChanged>& changes) const;
    Result<Food> lock(Transaction& tx, std::int64_t id) const;
    Result<Food> lock(Transaction& tx, std::int64_t id, const VersionCheck& check) const;
    /// Faults for allowed sides that are no living foods. Lists that `before` already had are not
    /// looked at again.
    Status check_sides(Transaction& tx, const FoodDraft& draft, const FoodDraft& before) const;
    std::int64_t now() const { return to_millis(clock_.now()); }

    Store& store_;
    const Clock& clock_;
    const FoodRepository& foods_;
    const StockRepository& stock_;
    const MenuChanges& changes_;
};

}  // namespace kitchen::catalog
