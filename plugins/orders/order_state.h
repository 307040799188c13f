// The states of an order and who may move it from which to which.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/checkout_step.h"

namespace kitchen::orders {

using kitchen::Fulfillment;

enum class OrderState : std::uint8_t {
    pending,
    confirmed,
    preparing,
    ready,
    out_for_delivery,
    completed,
    cancelled
};
enum class Actor : std::uint8_t { customer, staff };

/// Every name, in the order of the enumeration.
std::vector<std::string> names_of(OrderState);

std::string_view to_text(OrderState state);
std::optional<OrderState> parse_state(std::string_view name);
std::optional<Fulfillment> parse_fulfillment(std::string_view name);
std::optional<PricePart> parse_price_part(std::string_view name);

/// Where this actor may move an order to; empty for a last state.
std::vector<OrderState> allowed_transitions(OrderState from, Fulfillment fulfillment, Actor actor);
/// It cannot be moved any further.
bool is_final(OrderState state);
bool may_move(OrderState from, OrderState to, Fulfillment fulfillment, Actor actor);

}  // namespace kitchen::orders
