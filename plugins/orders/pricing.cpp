#include "pricing.h"

#include <algorithm>

namespace kitchen::orders {

std::int64_t share_of(std::int64_t amount, std::int64_t basis_points) {
    // The whole ten-thousands first, so that the product never exceeds the amount.
    return amount / 10'000 * basis_points + (amount % 10'000 * basis_points + 5'000) / 10'000;
}

Price price(const Fees& fees, Fulfillment fulfillment, std::int64_t subtotal, std::int64_t tip,
            std::int64_t discount) {
    Price p;
    p.subtotal = subtotal;
    p.discount = std::min(discount, subtotal);
    p.delivery_fee = fulfillment == Fulfillment::delivery ? fees.delivery_fee : 0;
    const std::int64_t foods = subtotal - p.discount;
    p.service_fee = share_of(foods, fees.service_fee_basis_points);
    p.tax = share_of(foods + p.delivery_fee + p.service_fee, fees.tax_basis_points);
    p.tip = tip;
    p.total = foods + p.delivery_fee + p.service_fee + p.tax + p.tip;
    return p;
}

}  // namespace kitchen::orders
