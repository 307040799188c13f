#include "order_service.h"

#include <utility>

namespace kitchen::orders {
namespace {

Error not_allowed(const Order& order, OrderState to, Actor actor) {
    Json::Array allowed;
    std::string names;
    const auto states = allowed_transitions(order.status, order.fulfillment, actor);
    for (const OrderState state : states) {
        allowed.emplace_back(to_text(state));
        if (!names.empty()) names += allowed.size() == states.size() ? " or " : ", ";
        names += phrase_of(state);
    }
    const auto phrase = [](OrderState state) { return std::string(phrase_of(state)); };
    std::string detail = "Order " + std::to_string(order.id) + " is ";
    if (order.status == to)
        detail += phrase(to) + " already.";
    else if (is_final(order.status))
        detail += phrase(order.status) + ", and nothing about it changes any more.";
    else if (actor == Actor::customer && to == OrderState::cancelled)
        detail += phrase(order.status) +
                  ", and can no longer be cancelled here. Please call the kitchen.";
    else
        detail += phrase(order.status) + " and cannot be " + phrase(to) + " next. It can be " +
                  names + ".";
    return Error(Errc::conflict, "transition_not_allowed", std::move(detail))
        .with_member("allowed_transitions", std::move(allowed));
}

}  // namespace

OrderService::OrderService(Store& store, Catalog& catalog, Claims& claims, const Clock& clock,
                           const OrderRepository& orders, const OrderNotices& notices)
    : store_(store),
      catalog_(catalog),
      claims_(claims),
      clock_(clock),
      orders_(orders),
      notices_(notices) {}

Result<Order> OrderService::find(Transaction& tx, const Viewer& viewer, std::int64_t id) const {
    Result<std::optional<Order>> order = orders_.find(tx, id);
    if (!order) return std::move(order).error();
    if (!*order || (actor_of(viewer) == Actor::customer && (*order)->user_id != viewer.user_id))
        return Error(Errc::not_found, "order_not_found", "There is no such order of yours.");
    return std::move(**order);
}

Result<OrderPage> OrderService::list(const Viewer& viewer, OrderFilter filter, std::int64_t limit,
                                     std::int64_t offset) {
    if (actor_of(viewer) == Actor::customer) filter.user_id = viewer.user_id;
    return store_.read<OrderPage>(
        [&](Transaction& tx) { return orders_.page(tx, filter, limit, offset); });
}

Result<Order> OrderService::read(const Viewer& viewer, std::int64_t id) {
    return store_.read<Order>([&](Transaction& tx) { return find(tx, viewer, id); });
}

Result<Order> OrderService::read_newest(const Viewer& viewer, std::int64_t id) {
    return store_.transact<Order>([&](Transaction& tx) { return find(tx, viewer, id); });
}

Status OrderService::give_back(Transaction& tx, const Order& order, std::int64_t by_user) const {
    // In the order in which the checkout took them.
    if (Status back = claims_.give_back(tx, reference_of(order.id)); !back) return back;
    return catalog_.give_back(tx, portions_of(order), reference_of(order.id), by_user);
}

Result<Order> OrderService::move(const Viewer& viewer, std::int64_t id, OrderState to,
                                 const std::string& reason, const VersionCheck& check) {
    const Timestamp now = clock_.now();
    return store_.transact<Order>([&](Transaction& tx) -> Result<Order> {
        Result<Order> order = find(tx, viewer, id);
        if (!order) return order;
        if (Status known = check(order->version); !known) return std::move(known).error();
        if (!may_move(order->status, to, order->fulfillment, actor_of(viewer)))
            return not_allowed(*order, to, actor_of(viewer));
        if (to == OrderState::cancelled && actor_of(viewer) == Actor::staff && reason.empty())
            return invalid_field("/reason", "required",
                                 "Say why the order is cancelled; the customer will read it.");

        const HistoryEntry entry{order->status, to, viewer, now, reason};
        Result<bool> moved = orders_.move(tx, *order, entry);
        if (!moved) return std::move(moved).error();
        // Only on a store that lets writers overlap.
        if (!*moved)
            return Error(Errc::conflict, "order_changed",
                         "Somebody else has just changed this order. Look at it again.");
        if (to == OrderState::cancelled)
            if (Status back = give_back(tx, *order, viewer.user_id); !back)
                return std::move(back).error();

        order->status = to;
        if (to == OrderState::cancelled) order->cancel_reason = reason;
        ++order->version;
        order->updated_at = now;
        order->history.push_back(entry);
        if (Status told = notices_.moved(tx, *order); !told) return std::move(told).error();
        return order;
    });
}

Result<std::optional<Order>> OrderService::at_version(Transaction& tx, std::int64_t order_id,
                                                      std::int64_t version) {
    Result<std::optional<Order>> order = orders_.find(tx, order_id);
    if (order && *order) {
        if (version < 1 || version > (*order)->version) return std::optional<Order>();
        return std::optional(orders::at_version(**std::move(order), version));
    }
    return order;
}

}  // namespace kitchen::orders
