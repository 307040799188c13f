#include "portions.h"

#include <map>

namespace kitchen::orders {

std::vector<Portion> portions_of(const Order& order) {
    std::map<std::int64_t, std::int64_t> sums;
    for (const OrderItem& item : order.items) {
        sums[item.food_id] += item.quantity;
        for (const OrderSide& side : item.side_proteins) sums[side.food_id] += item.quantity;
        for (const OrderSide& side : item.extra_sides) sums[side.food_id] += item.quantity;
    }
    std::vector<Portion> portions;
    for (const auto& [food_id, quantity] : sums) portions.push_back({food_id, quantity});
    return portions;
}

std::string stock_reference(std::int64_t order_id) { return "order " + std::to_string(order_id); }

}  // namespace kitchen::orders
