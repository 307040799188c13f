// The stock that an order holds.
//
// Thread-safety: a pure function.
#pragma once

#include <vector>

#include "kitchen/catalog.h"
#include "order.h"

namespace kitchen::orders {

/// Portions of foods and sides of all items, one entry a food, ids ascending.
std::vector<Portion> portions_of(const Order& order);

/// What the stock journal calls the order: "order 12".
std::string stock_reference(std::int64_t order_id);

}  // namespace kitchen::orders
