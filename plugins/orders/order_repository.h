// All SQL on orders. Idempotency records have a repository of their own.
//
// Every call works inside the caller's open transaction.
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/store.h"
#include "order.h"

namespace kitchen::orders {

/// For Route::changes(): what staff can change, and nothing of the person.
inline constexpr std::string_view order_row =
    "SELECT id, user_id, status, payment_status, total, currency, scheduled_for, cancel_reason, "
    "version, created_at, updated_at FROM orders WHERE id = $1";

struct OrderFilter {
    std::optional<std::int64_t> user_id;
    std::vector<OrderState> states;              ///< any of these; empty: all
    std::optional<Timestamp> from, to;           ///< of created_at, both included
    std::optional<std::int64_t> starting_after;  ///< only what comes after this order in the list
    std::optional<std::int64_t> total_count;     ///< when it is known, nothing is counted
};

struct OrderPage {
    std::vector<Order> orders;  ///< newest first
    std::int64_t total_count = 0;
};

class OrderRepository {
public:
    explicit OrderRepository(Store& store);

    /// Writes the order, its items, its history and the names of what it claims; gives its id.
    Result<std::int64_t> insert(Transaction& tx, const Order& order,
                                std::span<const Claim> claims) const;

    Result<std::optional<Order>> find(Transaction& tx, std::int64_t id) const;
    /// Whether the user has an order that was not cancelled.
    Result<bool> has_ordered(Transaction& tx, std::int64_t user_id) const;
    /// See Orders.
    Result<std::optional<std::int64_t>> completed_with(Transaction& tx, std::int64_t user_id,
                                                       std::int64_t food_id) const;
    /// Error: unprocessable, when `starting_after` is no order of filter.user_id.
    Result<OrderPage> page(Transaction& tx, const OrderFilter& filter, std::int64_t limit,
                           std::int64_t offset) const;

    /// Moves `order` to its next version, when it still is at the one given: sets status,
    /// cancel_reason (when `entry.to` is cancelled) and writes the entry. False when another
    /// was faster: then nothing was done.
    Result<bool> move(Transaction& tx, const Order& order, const HistoryEntry& entry) const;

private:
    /// Ids that one statement takes. Lists longer than that take several.
    static constexpr std::size_t ids_at_once = 20;
    struct List {
        Statement page, count;
        Statement ids;  ///< of a page that has orders in several states
    };
    /// What the statements of a list begin with, but for the state.
    Result<std::vector<Param>> bounds(Transaction& tx, const OrderFilter& filter) const;
    Result<std::int64_t> count(Transaction& tx, const OrderFilter& filter,
                               const std::vector<Param>& bounds) const;
    Result<std::vector<Order>> in_states(Transaction& tx, const OrderFilter& filter,
                                         const std::vector<Param>& bounds, std::int64_t limit,
                                         std::int64_t offset) const;

    Status add_parts(Transaction& tx, std::vector<Order>& orders) const;
    Status insert_sides(Transaction& tx, std::int64_t order_id, std::int64_t item, const char* kind,
                        const std::vector<OrderSide>& sides) const;
    Status record(Transaction& tx, std::int64_t order_id, std::int64_t version,
                  const HistoryEntry& entry) const;

    Statement insert_, insert_item_, insert_side_, record_, find_, by_ids_, placed_at_,
        has_ordered_, completed_with_, move_, items_, sides_, history_;
    List lists_[2][2];  ///< [of one user][in one state]
};

}  // namespace kitchen::orders
