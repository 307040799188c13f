// Mails to the customer: the order was placed, the order has moved. Written into the outbox in the
// transaction that does it, so that there is a mail if, and only if, it has happened.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "kitchen/identity.h"
#include "kitchen/outbox.h"
#include "mail_templates.h"
#include "order.h"

namespace kitchen::orders {

/// "NGN 2,800.00": minor units, a hundred of them to the major one.
std::string money_text(std::int64_t amount, const std::string& currency);

class OrderMails {
public:
    /// `folder` has the templates; "" for the built-in ones. Throws std::runtime_error, which names
    /// each file and its fault.
    OrderMails(Outbox& outbox, Identity& identity, const std::filesystem::path& folder = {});

    /// Nobody is written to when the account is gone.
    Status placed(Transaction& tx, const Order& order) const;
    /// `order` as it is now, its newest history entry included.
    Status moved(Transaction& tx, const Order& order) const;

private:
    Status enqueue(Transaction& tx, const Order& order, std::string_view name,
                   const Json& data) const;

    Outbox& outbox_;
    Identity& identity_;
    const MailTemplates templates_;
};

}  // namespace kitchen::orders
