// What an order costs: the sum of what the cart, the steps and the tip say. The one computation
// behind the quote and the checkout.
//
// All amounts are integer minor units, never negative.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kitchen/orders.h"

namespace kitchen::orders {

Price price_of(const CheckoutDraft& draft);

/// `amount` split in proportion to the weights, by largest remainder (Hamilton's method), the
/// earlier of two equal ones first. The parts add up to the amount, and none exceeds its weight
/// when the amount does not exceed their sum. Amount and weights from 0 to 10^18; all parts are 0
/// when all weights are.
std::vector<std::int64_t> spread(std::int64_t amount, std::span<const std::int64_t> weights);

}  // namespace kitchen::orders
