// All SQL on counts of portions and on their journal. The two change together, so both are written
// here and nowhere else, but for the count that comes with the other members of a food
// (FoodRepository::insert, update): record() follows it.
//
// Every call works inside the caller's transaction and gives the store's own errors.
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kitchen/plugin.h"
#include "kitchen/store.h"

namespace kitchen::catalog {

/// A line of the journal. The views must outlive its use.
struct StockEntry {
    std::int64_t food_id = 0;
    std::int64_t delta = 0;
    std::optional<std::int64_t> quantity_after;  ///< nothing: not counted from then on
    std::string_view reason;
    std::optional<std::string_view> reference;  ///< "order 12"
    std::optional<std::int64_t> by_user;        ///< nothing: the system
    std::int64_t at = 0;                        ///< POSIX milliseconds
};

/// The count of a food that has just changed.
struct Stock {
    std::int64_t left = 0;
    std::int64_t version = 0;  ///< of the food
    bool deleted = false;      ///< the food
};

/// Lines of the journal, for StockLine.
struct StockRows {
    Rows rows;
    std::int64_t total_count = 0;
};

/// A line as it stands there: views into `row`, which must outlive it.
struct StockLine : StockEntry {
    std::int64_t id;

    explicit StockLine(const Row& row);
};

class StockRepository {
public:
    /// Interns the statements.
    explicit StockRepository(Store& store);

    /// Takes `quantity` portions of a food that is on sale and has that many. Nothing when it is
    /// gone, not on sale, not counted, or short: no change then. Atomic on every store, whatever
    /// others do.
    Result<std::optional<Stock>> take(Transaction& tx, std::int64_t food_id, std::int64_t quantity,
                                      std::int64_t now) const;
    /// Adds to the count of a food, deleted or not. Nothing when it is not counted.
    Result<std::optional<Stock>> add(Transaction& tx, std::int64_t food_id, std::int64_t quantity,
                                     std::int64_t now) const;

    /// What `reference` took of the count that runs now, and has not been given back. A count that
    /// ended and began again is another one.
    Result<std::int64_t> held(Transaction& tx, std::int64_t food_id,
                              std::string_view reference) const;

    Status record(Transaction& tx, const StockEntry& entry) const;
    /// One page of a food's journal, newest first.
    Result<StockRows> journal(Transaction& tx, std::int64_t food_id, std::int64_t limit,
                              std::int64_t offset) const;

private:
    Statement take_, add_, held_, record_, journal_, journal_count_;
};

/// What always holds in these tables, for `chuks-kitchen check-data`.
void add_stock_rules(Setup& setup, Store& store);

}  // namespace kitchen::catalog
