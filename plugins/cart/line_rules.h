// What would stop a cart line from being bought: the one place that knows, for adding to a cart,
// showing it and ordering it.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "kitchen/cart.h"

namespace kitchen::cart {

/// Portions needed of each food, by id: dishes and sides of all lines together.
using Demand = std::map<std::int64_t, std::int64_t>;

Demand demand_of(const std::vector<CartLine>& lines);
/// Adds what so many portions of the line need; below zero: takes it back.
void add_demand(Demand& demand, const CartLine& line, std::int64_t portions);

/// The problems of one line; empty when it could be bought now. Pointers are relative to the line
/// ("/food", "/side_proteins/0",
/// "/extra_sides/0"). Codes: "deleted" (or never there), "unavailable", "short" (the whole cart
/// needs more of a counted food than is left), "side_not_allowed" (the dish's rule does not take
/// this side, or not so many, or wants more).
std::vector<Fault> problems_of(const CartLine& line, const Demand& demand);

}  // namespace kitchen::cart
