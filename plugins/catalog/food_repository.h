// All SQL on foods and their tags. The journal of their stock is next door: stock_repository.h.
//
// Every call works inside the caller's transaction and gives the store's own errors, except where
// it says more. Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "food_body.h"
#include "food_counts.h"
#include "food_pages.h"
#include "food_rules.h"
#include "kitchen/food_edits.h"
#include "kitchen/store.h"

namespace kitchen::catalog {

/// For Route::changes(): a food, and the newest.
inline constexpr std::string_view food_row =
    "SELECT id, name, description, price, image_url, category, available_quantity, is_available, "
    "tags, side_rules, version, created_at, updated_at, deleted_at FROM foods WHERE id = $1";
inline constexpr std::string_view newest_food_row =
    "SELECT id, name, description, price, image_url, category, available_quantity, is_available, "
    "tags, side_rules, version, created_at, updated_at, deleted_at FROM foods "
    "ORDER BY id DESC LIMIT 1";

class FoodRepository {
public:
    /// Interns the statements. `store` must live longer.
    FoodRepository(Store& store, std::string currency);
    FoodRepository(const FoodRepository&) = delete;
    FoodRepository& operator=(const FoodRepository&) = delete;

    const std::string& currency() const noexcept { return currency_; }

    /// One page of living foods. `query` must have passed check().
    Result<FoodRows> list(Transaction& tx, const FoodQuery& query, std::int64_t limit,
                          std::int64_t offset) const {
        return pages_.page(tx, query, limit, offset);
    }
    /// The living food with this id: one row or none.
    Result<Rows> living(Transaction& tx, std::int64_t id) const;
    /// The food with this id, also when it is deleted.
    Result<std::optional<Food>> find(Transaction& tx, std::int64_t id) const;
    /// The foods with these ids, deleted ones too; unknown ones are left out.
    Result<std::vector<Food>> find_all(Transaction& tx, std::span<const std::int64_t> ids) const;
    /// The living food with that folded name.
    Result<std::optional<Food>> find_by_name(Transaction& tx, std::string_view name_key) const;
    /// Living foods by rising id, those after that one.
    Result<std::vector<Food>> living_after(Transaction& tx, std::int64_t id,
                                           std::int64_t limit) const;
    /// Rows of (category, number of living foods), by name.
    Result<Rows> categories(Transaction& tx) const { return counts_.categories(tx); }
    const FoodCounts& counts() const noexcept { return counts_; }
    /// True when there has ever been a food.
    Result<bool> any(Transaction& tx) const;

    /// The living food with this id, which no other transaction can change until the transaction
    /// ends.
    Result<std::optional<Food>> lock(Transaction& tx, std::int64_t id) const;
    /// Nothing else than that, for many at once.
    Status lock_all(Transaction& tx, std::span<const std::int64_t> ids) const;

    // Times in POSIX milliseconds. Error of both: conflict "food_name_taken".
    /// The new food, as version 1.
    Result<Food> insert(Transaction& tx, const FoodDraft& draft, std::int64_t now) const;
    /// Writes everything of a food, which was `before` when lock() gave it.
    Status update(Transaction& tx, const FoodDraft& before, const Food& food) const;
    /// Off the menu. The food must be living and have been locked.
    Status remove(Transaction& tx, std::int64_t id, std::int64_t now) const;
    /// On the menu again, with a new version; nothing when there is no deleted food with this id.
    /// Error: conflict "food_name_taken".
    Result<std::optional<Food>> restore(Transaction& tx, std::int64_t id, std::int64_t now) const;

    /// Removes up to `limit` foods that were deleted at that time or before, with their journals,
    /// the longest deleted first. Rows of (id, version). The newest food of all stays: by its id a
    /// copy of the database knows which ids there have been.
    Result<Rows> purge(Transaction& tx, std::int64_t deleted_at, std::int64_t limit) const;

    /// False when there has never been such a food.
    Result<bool> rate(Transaction& tx, const FoodStars& more) const;
    Result<std::vector<FoodStars>> rated(Transaction& tx) const;

    /// True for the first caller ever to ask for this name; concurrent callers wait for its
    /// transaction to end.
    Result<bool> reach_milestone(Transaction& tx, std::string_view name, std::int64_t now) const;

    /// Of the stored prices; nothing when it has never been written down.
    Result<std::optional<std::string>> stored_currency(Transaction& tx) const;
    Status store_currency(Transaction& tx, std::string_view currency, std::int64_t now) const;
    /// Gives every food, deleted ones too, what `price_of` makes of its id and price; how many.
    Result<std::int64_t> reprice(
        Transaction& tx,
        const std::function<Result<std::int64_t>(std::int64_t id, std::int64_t price)>& price_of,
        std::int64_t now) const;
    /// Writes the keys that texts are compared by once more, as this version makes them; how many
    /// foods. A living food whose name would then be another's keeps the key it has.
    Result<std::int64_t> write_keys(Transaction& tx) const;

    /// `row` is one of list() or living().
    FoodView view(const Row& row) const;

private:
    static constexpr std::size_t ids_at_once = 16;
    Result<Food> food(const Row& row) const;
    /// insert_ and update_: $1 to $13 are what the staff decide, and `more` follows.
    Result<Rows> write(Transaction& tx, Statement statement, const FoodDraft& draft,
                       std::initializer_list<Param> more) const;
    Status replace_tags(Transaction& tx, std::int64_t id,
                        const std::vector<std::string>& tags) const;

    std::string currency_;
    ReadTexts<std::vector<std::string>> tags_;
    ReadTexts<SideRules> side_rules_;
    FoodCounts counts_;
    FoodPages pages_;
    Statement living_, find_, find_many_, by_name_, after_, any_;
    Statement lock_, lock_all_, insert_, update_, remove_, restore_, purgeable_, purge_journal_,
        purge_, rate_, rated_, delete_tags_, insert_tag_, milestone_;
    Statement stored_currency_, forget_currency_, prices_, reprice_, texts_, rekey_;
};

}  // namespace kitchen::catalog
