// Pages of the living foods: filters, orders, and which of the statements finds a page soonest.
// How many match is known from food_counts wherever those know.
//
// Errors: those of the store. Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "food_counts.h"
#include "food_rules.h"
#include "kitchen/store.h"

namespace kitchen::catalog {

/// Rows of foods as the table has them, without the cost of building each Food: see
/// FoodRepository::view().
struct FoodRows {
    Rows rows;
    std::int64_t total_count = 0;  ///< of all that match, not only of this page
};

class FoodPages {
public:
    /// Interns the statements. Both must live longer.
    FoodPages(Store& store, const FoodCounts& counts);

    /// `query` must have passed check().
    Result<FoodRows> page(Transaction& tx, const FoodQuery& query, std::int64_t limit,
                          std::int64_t offset) const;

private:
    /// What a page is found by: the index of its order, of which rows are left out until the page
    /// is full; or that of a filter, whose rows are then sorted. That of a category is in the order
    /// of ids, the one of its prices in theirs.
    enum Path : std::uint8_t {
        whole,
        in_order,
        by_category,
        by_category_price,
        by_tag,
        by_price,
        by_out,
        path_count
    };

    static std::string filters(Path path, FoodOrder order);
    static Path by_filter(const FoodQuery& query);
    static Path path_of(const FoodQuery& query, std::int64_t total_count);
    Result<std::int64_t> count(Transaction& tx, const FoodQuery& query,
                               std::span<const Param> filters) const;

    const FoodCounts& counts_;
    std::array<std::array<Statement, 10>, path_count> pages_;  ///< by order, see page_index()
    std::array<Statement, path_count> count_by_;
    Statement count_out_;
};

}  // namespace kitchen::catalog
