// What an order costs. The one computation behind the quote and the checkout.
//
// All amounts are integer minor units, never negative. Shares are basis points (1/100 of a
// percent), rounded half up to a whole minor unit, each share by itself.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include "order_state.h"

namespace kitchen::orders {

struct Fees {
    std::int64_t delivery_fee = 0;              ///< of a delivery; picking up is free
    std::int64_t service_fee_basis_points = 0;  ///< 0 to 10,000, of the foods after the discount
    std::int64_t tax_basis_points =
        0;  ///< 0 to 10,000, of foods after the discount, delivery and service; not of the tip
};

struct Price {
    std::int64_t subtotal = 0;
    std::int64_t delivery_fee = 0;
    std::int64_t service_fee = 0;
    std::int64_t tax = 0;
    std::int64_t tip = 0;
    std::int64_t discount = 0;
    std::int64_t total =
        0;  ///< subtotal + delivery_fee + service_fee + tax + tip − discount, exactly
};

/// `discount` beyond the subtotal counts as the subtotal. The subtotal must be at most 10^18, the
/// others 10^17: then nothing overflows.
Price price(const Fees& fees, Fulfillment fulfillment, std::int64_t subtotal, std::int64_t tip,
            std::int64_t discount = 0);

/// `amount` × `basis_points` / 10,000, half up. No overflow for any amount ≥ 0 and basis points
/// from 0 to 10,000.
std::int64_t share_of(std::int64_t amount, std::int64_t basis_points);

}  // namespace kitchen::orders
