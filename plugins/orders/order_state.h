// The states of an order and who may move it from which to which.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "kitchen/orders.h"

namespace kitchen::orders {

enum class Actor : std::uint8_t { customer, staff };

std::optional<OrderState> parse_state(std::string_view name);
std::optional<Fulfillment> parse_fulfillment(std::string_view name);
std::optional<PricePart> parse_price_part(std::string_view name);

/// Where this actor may move an order to; empty for a last state.
std::vector<OrderState> allowed_transitions(OrderState from, Fulfillment fulfillment, Actor actor);
/// It cannot be moved any further.
bool is_final(OrderState state);
bool may_move(OrderState from, OrderState to, Fulfillment fulfillment, Actor actor);

}  // namespace kitchen::orders
