// Mails to the customer: the order was placed, the order has moved. The handler of an event puts
// one into the outbox, in the transaction that moves its position; what it says is written when it
// is sent, from the order as it was at that version.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/identity.h"
#include "kitchen/mailer.h"
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
    static constexpr std::string_view channel = "order-mails";
    static constexpr std::string_view key_start = "orders/";

    /// From the folder, "" for the built-in ones. Throws as MailTemplates does.
    static MailTemplates read_templates(const std::filesystem::path& folder);

    /// Throws std::runtime_error, which names each template and its fault.
    OrderMails(Store& store, Outbox& outbox, Orders& orders, Identity& identity, Mailer& mailer,
               const Clock& clock, const MailRules& rules);

    Status placed(Transaction& tx, const OrderPlaced& event) const;
    Status moved(Transaction& tx, const OrderMoved& event) const;
    /// Also unavailable "order_behind", when a copy of the store does not have that version yet;
    /// unprocessable when the delivery is none of an order.
    Status send(const Outgoing& delivery) const;

    /// Keys of mails that tell of a version that their order never had.
    Result<std::vector<std::string>> without_cause(Transaction& tx) const;

private:
    Status tell(Transaction& tx, std::int64_t order_id, std::int64_t version, std::string_view what,
                Timestamp at) const;

    Store& store_;
    Outbox& outbox_;
    Orders& orders_;
    Identity& identity_;
    Mailer& mailer_;
    const Clock& clock_;
    const std::chrono::milliseconds max_age_;
    const MailTemplates templates_;
};

}  // namespace kitchen::order_mails
