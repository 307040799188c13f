// Mails to the customer: the order was placed, the order has moved. Each is written when the event
// is handled, from the order as it was at that version, and put into the outbox in the same
// transaction: there is one mail an event.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "kitchen/clock.h"
#include "kitchen/identity.h"
#include "kitchen/order_events.h"
#include "kitchen/orders.h"
#include "kitchen/outbox.h"
#include "mail_templates.h"

namespace kitchen::order_mails {

struct MailRules {
    std::filesystem::path templates = {};  ///< their folder; "" for the built-in ones
    /// Of what happened longer ago, no mail is sent: this plugin was off, or is new.
    std::chrono::milliseconds max_age = std::chrono::hours(24);
};

class OrderMails {
public:
    /// Throws std::runtime_error, which names each template and its fault.
    OrderMails(Outbox& outbox, Orders& orders, Identity& identity, const Clock& clock,
               const MailRules& rules);

    Status placed(Transaction& tx, const OrderPlaced& event) const;
    Status moved(Transaction& tx, const OrderMoved& event) const;

    /// Keys of mails that tell of a version that their order never had.
    Result<std::vector<std::string>> without_cause(Transaction& tx) const;

private:
    Status tell(Transaction& tx, std::int64_t order_id, std::int64_t version, Timestamp at) const;

    Outbox& outbox_;
    Orders& orders_;
    Identity& identity_;
    const Clock& clock_;
    const std::chrono::milliseconds max_age_;
    const MailTemplates templates_;
};

}  // namespace kitchen::order_mails
