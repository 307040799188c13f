#include "order_notices.h"

#include "kitchen/order_events.h"

namespace kitchen::orders {

Status OrderNotices::placed(Transaction& tx, const Order& order) const {
    if (changed_) tx.after_commit(changed_);
    return events_.emit(tx, OrderPlaced{order.id, order.user_id, order.price.total, order.currency,
                                        order.created_at});
}

Status OrderNotices::moved(Transaction& tx, const Order& order) const {
    if (changed_) tx.after_commit(changed_);
    const HistoryEntry& entry = order.history.back();
    return events_.emit(tx, OrderMoved{order.id, order.user_id, order.version,
                                       std::string(to_text(entry.from.value_or(order.status))),
                                       std::string(to_text(entry.to)), entry.at});
}

}  // namespace kitchen::orders
