// Who hears of an order: other plugins by events/1, open streams.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <functional>

#include "kitchen/events.h"
#include "kitchen/orders.h"

namespace kitchen::orders {

class OrderNotices {
public:
    /// `changed` is called after the commit of each change.
    OrderNotices(Events& events, std::function<void()> changed)
        : events_(events), changed_(std::move(changed)) {}

    // In the transaction that did it.
    Status placed(Transaction& tx, const Order& order) const;
    Status moved(Transaction& tx, const Order& order) const;

private:
    Events& events_;
    const std::function<void()> changed_;
};

}  // namespace kitchen::orders
