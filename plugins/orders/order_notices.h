// Who hears of an order: the customer by mail, other plugins by events/1, open streams.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <functional>

#include "kitchen/events.h"
#include "kitchen/identity.h"
#include "order.h"
#include "order_mails.h"

namespace kitchen::orders {

class OrderNotices {
public:
    /// `mails`: nullptr for none. `changed` is called after the commit of each change.
    OrderNotices(Events& events, const OrderMails* mails, std::function<void()> changed)
        : events_(events), mails_(mails), changed_(std::move(changed)) {}

    // In the transaction that did it.
    Status placed(Transaction& tx, const Order& order, const Account& buyer) const;
    Status moved(Transaction& tx, const Order& order) const;

private:
    Events& events_;
    const OrderMails* mails_;
    const std::function<void()> changed_;
};

}  // namespace kitchen::orders
