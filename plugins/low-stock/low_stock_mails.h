// A mail to the kitchen when a food runs low. The handler of the event puts it into the outbox, in
// the transaction that moves its position.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "kitchen/catalog.h"
#include "kitchen/clock.h"
#include "kitchen/food_events.h"
#include "kitchen/mailer.h"
#include "kitchen/outbox.h"
#include "mail_templates.h"

namespace kitchen::low_stock {

class LowStockMails {
public:
    static constexpr std::string_view channel = "low-stock";

    /// `to`: an address. Throws std::runtime_error, which names each template and its fault.
    LowStockMails(std::string to, const std::filesystem::path& templates, Catalog& catalog,
                  Outbox& outbox, Mailer& mailer, const Clock& clock);

    static MailTemplates read_templates(const std::filesystem::path& folder);

    Status changed(Transaction& tx, const FoodChanged& event) const;
    Status send(const Outgoing& delivery) const;

private:
    const std::string to_;
    Catalog& catalog_;
    Outbox& outbox_;
    Mailer& mailer_;
    const Clock& clock_;
    const MailTemplates templates_;
};

}  // namespace kitchen::low_stock
