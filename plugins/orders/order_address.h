// An address as an order keeps and shows it: a copy, made when the order is placed, of what is
// needed to bring it there.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/addresses.h"
#include "kitchen/http/schema.h"
#include "kitchen/json.h"

namespace kitchen::orders {

/// Members that were not given are null. delivery_instructions are not part of it: an order has its
/// own.
Json order_address(const Address& address);
http::Schema order_address_schema();

}  // namespace kitchen::orders
