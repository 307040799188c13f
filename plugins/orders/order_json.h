// How orders and quotes look to a client.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "checkout_service.h"
#include "kitchen/json.h"
#include "order.h"

namespace kitchen::orders {

/// `actor` decides what stands under allowed_transitions.
void write_order(JsonWriter& out, const Order& order, Actor actor);
std::string order_json(const Order& order, Actor actor);

std::string quote_json(const Quote& quote);

}  // namespace kitchen::orders
