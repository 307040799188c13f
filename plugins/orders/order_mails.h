// Mails to the customer: the order was placed, the order has moved. Put into the outbox in the
// transaction that does it, so that there is a mail if, and only if, it has happened. What the mail
// says is written when it is sent, from the order as it was at that version.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "kitchen/identity.h"
#include "kitchen/outbox.h"
#include "mail_templates.h"
#include "order_repository.h"

namespace kitchen::orders {

class OrderMails final : public MailWriter {
public:
    /// `folder` has the templates; "" for the built-in ones. Throws std::runtime_error, which names
    /// each file and its fault. Becomes a writer of the outbox.
    OrderMails(Outbox& outbox, Identity& identity, Store& store, const OrderRepository& orders,
               const std::filesystem::path& folder = {});

    /// `customer`: the account of the order's user.
    Status placed(Transaction& tx, const Order& order, const Account& customer) const;
    /// `order` as it is now. No mail when the account is gone.
    Status moved(Transaction& tx, const Order& order) const;

    /// Also unavailable "order_behind", when a copy of the store does not have that version yet.
    Result<Mail> write(std::string_view key) override;

private:
    Status enqueue(Transaction& tx, const Order& order, const std::string& email) const;

    Outbox& outbox_;
    Identity& identity_;
    Store& store_;
    const OrderRepository& orders_;
    const MailTemplates templates_;
};

}  // namespace kitchen::orders
