// All SQL on foods and their tags. The journal of their stock is next door: stock_repository.h.
//
// Every call works inside the caller's transaction and gives the store's own errors, except where
// it says more. Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "food_body.h"
#include "food_rules.h"
#include "kitchen/store.h"

namespace kitchen::catalog {

/// Rows of foods as the table has them, without the cost of building each Food: see
/// FoodRepository::view().
struct FoodRows {
    Rows rows;
    std::int64_t total_count = 0;  ///< of all that match, not only of this page
};

class FoodRepository {
public:
    /// Interns the statements. `store` must live longer.
    FoodRepository(Store& store, std::string currency);

    const std::string& currency() const noexcept { return currency_; }

    /// One page of living foods. `query` must have passed check().
    Result<FoodRows> list(Transaction& tx, const FoodQuery& query, std::int64_t limit,
                          std::int64_t offset) const;
    /// The living food with this id: one row or none.
    Result<Rows> living(Transaction& tx, std::int64_t id) const;
    /// The food with this id, also when it is deleted.
    Result<std::optional<Food>> find(Transaction& tx, std::int64_t id) const;
    /// The foods with these ids, deleted ones too; unknown ones are left out.
    Result<std::vector<Food>> find_all(Transaction& tx, std::span<const std::int64_t> ids) const;
    /// Rows of (category, number of living foods), by name.
    Result<Rows> categories(Transaction& tx) const;
    /// True when there has ever been a food.
    Result<bool> any(Transaction& tx) const;

    /// The living food with this id, which no other transaction can change until the transaction
    /// ends.
    Result<std::optional<Food>> lock(Transaction& tx, std::int64_t id) const;

    // Times in POSIX milliseconds. Error of both: conflict "food_name_taken".
    /// The new food, as version 1.
    Result<Food> insert(Transaction& tx, const FoodDraft& draft, std::int64_t now) const;
    /// Writes everything of a food that lock() gave.
    Status update(Transaction& tx, const Food& food) const;
    /// Off the menu. The food must have been locked.
    Status remove(Transaction& tx, std::int64_t id, std::int64_t now) const;

    /// True for the first caller ever to ask for this name; concurrent callers wait for its
    /// transaction to end.
    Result<bool> reach_milestone(Transaction& tx, std::string_view name, std::int64_t now) const;

    /// `row` is one of list() or living().
    FoodView view(const Row& row) const;

private:
    static constexpr std::size_t ids_at_once = 16;
    struct Selection {
        Statement plain, filtered;
    };

    Result<Food> food(const Row& row) const;
    /// insert_ and update_: $1 to $12 are what the staff decide, and `more` follows.
    Result<Rows> write(Transaction& tx, Statement statement, const FoodDraft& draft,
                       std::initializer_list<Param> more) const;
    Status replace_tags(Transaction& tx, std::int64_t id,
                        const std::vector<std::string>& tags) const;

    std::string currency_;
    ReadTexts<std::vector<std::string>> tags_;
    ReadTexts<SideRules> side_rules_;
    std::array<Selection, 10> pages_;  ///< by order and direction, see page_index()
    Selection counts_;
    Statement living_, find_, find_many_, categories_, any_, lock_, insert_, update_, remove_;
    Statement delete_tags_, insert_tag_, milestone_;
};

}  // namespace kitchen::catalog
