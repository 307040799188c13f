// What is computed from an order.
//
// Thread-safety: plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/orders.h"
#include "order_state.h"

namespace kitchen::orders {

/// What who looks may do.
Actor actor_of(const Viewer& viewer);

/// The order as it was at that version (1 to order.version): what it says besides its state never
/// changes.
Order at_version(Order order, std::int64_t version);

/// The stock that the order holds: portions of foods and sides of all items, one entry a food, ids
/// ascending.
std::vector<Portion> portions_of(const Order& order);

/// What the stock journal and the claims call the order: "order 12".
std::string reference_of(std::int64_t order_id);
inline constexpr std::string_view every_reference = "order %";  ///< a pattern of SQL's LIKE
/// The other way round; nothing for another text.
std::optional<std::int64_t> order_of_reference(std::string_view reference);

}  // namespace kitchen::orders
