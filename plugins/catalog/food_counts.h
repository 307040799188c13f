// How many living foods there are: in all, of a category, with a tag, each also between two prices.
// Kept in a table of their own by those who write foods, in the same transaction, because counting
// the foods of a large menu takes longer than reading a page of it. Whether a food can be ordered
// is not part of it, so a sale writes nothing here.
//
// The prices are counted in ranges of four widths, each 256 times the one before (see
// migrations/0002_counts.sql), so a sum reads at most 255 rows of each width at either end.
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/plugin.h"
#include "kitchen/store.h"

namespace kitchen::catalog {

class FoodCounts {
public:
    /// Interns the statements. `store` must live longer.
    explicit FoodCounts(Store& store);

    /// Living foods with min_price <= price <= max_price. `kind`: "menu", "category" or "tag";
    /// `key`: the folded category or tag, "" of the menu.
    Result<std::int64_t> count(Transaction& tx, std::string_view kind, std::string_view key,
                               std::int64_t min_price, std::int64_t max_price) const;
    /// Rows of (category, number of living foods), by name.
    Result<Rows> categories(Transaction& tx) const;

    /// Counts a living food, or no longer, as its row and its tags are now.
    Status add(Transaction& tx, std::int64_t food_id) const { return move(tx, food_id, 1); }
    Status remove(Transaction& tx, std::int64_t food_id) const;

    /// Looks at all foods and mends what is wrong here or in foods.is_orderable, because others
    /// than this version of the plugin have written foods. Gives how many rows that were.
    Result<std::int64_t> mend(Store& store) const;
    /// The counts alone, in the caller's transaction.
    Result<std::int64_t> mend(Transaction& tx) const;
    void add_rules(Setup& setup) const;

private:
    Status move(Transaction& tx, std::int64_t food_id, std::int64_t by) const;

    Statement count_, count_all_, categories_, move_, forget_empty_, differing_, mend_,
        wrongly_orderable_, mend_orderable_;
};

}  // namespace kitchen::catalog
