#include "order.h"

#include "kitchen/text.h"

#include <map>

namespace kitchen::orders {

Actor actor_of(const Viewer& viewer) {
    return viewer.role == "kitchen" || viewer.role == "admin" ? Actor::staff : Actor::customer;
}

Order at_version(Order order, std::int64_t version) {
    order.history.resize(static_cast<std::size_t>(version));
    const HistoryEntry& last = order.history.back();
    order.status = last.to;
    order.cancel_reason = last.to == OrderState::cancelled ? last.reason : std::string();
    order.version = version;
    order.updated_at = last.at;
    return order;
}

std::vector<Portion> portions_of(const Order& order) {
    std::map<std::int64_t, std::int64_t> sums;
    for (const OrderItem& item : order.items) {
        sums[item.food_id] += item.quantity;
        for (const OrderSide& side : item.side_proteins) sums[side.food_id] += item.quantity;
        for (const OrderSide& side : item.extra_sides) sums[side.food_id] += item.quantity;
    }
    std::vector<Portion> portions;
    portions.reserve(sums.size());
    for (const auto& [food_id, quantity] : sums) portions.push_back({food_id, quantity});
    return portions;
}

std::string reference_of(std::int64_t order_id) { return "order " + std::to_string(order_id); }

std::optional<std::int64_t> order_of_reference(std::string_view reference) {
    constexpr std::string_view begin = "order ";
    if (!reference.starts_with(begin)) return std::nullopt;
    return parse_number<std::int64_t>(reference.substr(begin.size()));
}

}  // namespace kitchen::orders
