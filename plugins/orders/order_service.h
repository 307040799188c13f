// Reading orders and moving them along.
//
// A customer sees and cancels their own; staff (kitchen, admin) see all and move them. Whatever
// ends an order without serving it gives its stock and claims back in the same transaction, and an
// order can end only once.
//
// Errors: not_found "order_not_found" (also for another customer's); conflict
// "transition_not_allowed" with the member `allowed_transitions`; unprocessable when staff cancel
// without a reason; whatever `check` says of the version. Thread-safety: all calls, from any
// thread. What the constructor takes must outlive it.
#pragma once

#include <cstdint>
#include <string>

#include "kitchen/catalog.h"
#include "kitchen/claims.h"
#include "kitchen/clock.h"
#include "kitchen/version_check.h"
#include "order.h"
#include "order_notices.h"
#include "order_repository.h"

namespace kitchen::orders {

class OrderService final : public Orders {
public:
    OrderService(Store& store, Catalog& catalog, Claims& claims, const Clock& clock,
                 const OrderRepository& orders, const OrderNotices& notices);

    /// filter.user_id is set by who asks.
    Result<OrderPage> list(const Viewer& viewer, OrderFilter filter, std::int64_t limit,
                           std::int64_t offset);
    Result<Order> read(const Viewer& viewer, std::int64_t id);
    /// The same, never from a copy of the store that may be behind.
    Result<Order> read_newest(const Viewer& viewer, std::int64_t id);

    /// Moves the order and gives it as it is then. `reason` may be empty, except for staff who
    /// cancel.
    Result<Order> move(const Viewer& viewer, std::int64_t id, OrderState to,
                       const std::string& reason, const VersionCheck& check);

    Result<std::optional<Order>> at_version(Transaction& tx, std::int64_t order_id,
                                            std::int64_t version) override;
    Result<std::optional<std::int64_t>> completed_with(Transaction& tx, std::int64_t user_id,
                                                       std::int64_t food_id) override {
        return orders_.completed_with(tx, user_id, food_id);
    }

private:
    Result<Order> find(Transaction& tx, const Viewer& viewer, std::int64_t id) const;
    Status give_back(Transaction& tx, const Order& order, std::int64_t by_user) const;

    Store& store_;
    Catalog& catalog_;
    Claims& claims_;
    const Clock& clock_;
    const OrderRepository& orders_;
    const OrderNotices& notices_;
};

}  // namespace kitchen::orders
