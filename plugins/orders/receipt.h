// The receipt of an order, for print.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/orders.h"
#include "zone.h"

namespace kitchen::orders {

/// A whole HTML document; all that people wrote is escaped in it.
std::string receipt_html(const Order& order, const Zone& zone);

/// Whether an Accept field (RFC 9110, 12.5.1) names text/html, and application/json not rather.
bool prefers_html(std::string_view accept);

}  // namespace kitchen::orders
