#include "pricing.h"

#include <algorithm>
#include <numeric>

namespace kitchen::orders {

Price price_of(const CheckoutDraft& draft) {
    Price price;
    price.subtotal = draft.cart.subtotal;
    price.discount = draft.sum(PricePart::discount);
    price.delivery_fee = draft.sum(PricePart::delivery_fee);
    price.service_fee = draft.sum(PricePart::service_fee);
    price.tax = draft.sum(PricePart::tax);
    price.tip = draft.tip;
    price.total = price.subtotal - price.discount + price.delivery_fee + price.service_fee +
                  price.tax + price.tip;
    return price;
}

std::vector<std::int64_t> spread(std::int64_t amount, std::span<const std::int64_t> weights) {
    __extension__ using Wide = __int128;  // amount × weight is up to 10^36
    Wide sum = 0;
    for (const std::int64_t weight : weights) sum += weight;
    std::vector<std::int64_t> parts(weights.size(), 0);
    if (sum == 0) return parts;
    std::vector<Wide> remainders;
    std::int64_t left = amount;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Wide exact = static_cast<Wide>(amount) * weights[i];
        parts[i] = static_cast<std::int64_t>(exact / sum);
        remainders.push_back(exact % sum);
        left -= parts[i];
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) ++parts[order[i]];
    return parts;
}

}  // namespace kitchen::orders
