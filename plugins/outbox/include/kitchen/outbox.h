// outbox/2: deliveries. What leaves this installation (a mail, a webhook, a slip for a printer) if,
// and only if, what it tells of has happened. Published by the plugin that owns the outgoing queue.
//
// A delivery is put into the caller's transaction and handed later, by a job, to its channel: again
// and again until the channel has taken it, or has refused it for good, or it has been tried too
// often. Then it is a dead letter, and an administrator may have it tried again. Each channel has a
// queue of jobs of its own: one that is slow or away delays no other.
//
//     // In the constructor of the plugin that can send:
//     outbox.add_channel(setup, "printer", {[this](const Outgoing& slip) { return print(slip); }});
//     // Where something happens, or in the handler of an event:
//     outbox.enqueue(tx, "printer", {"orders/12", "bar", "Order 12", text});
//
// What waits here is stored in the clear. What has a secret in it (a one-time code) does not belong
// here: docs/adr/0003.
//
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/plugin.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen {

/// Of any channel.
struct Delivery {
    /// What it is about, within its channel: while one of that key is kept (for days), another is
    /// not added, and that is a success. It begins with the id of the plugin whose thing it tells
    /// of ("orders/7/2"): `plugins purge` of that plugin removes it too.
    std::string key;
    std::string to;       ///< whom it goes to
    std::string subject;  ///< one line for administrators, and what the channel makes of it
    std::string payload;  ///< what it says, as the channel understands it
};

/// A delivery as its channel gets it.
struct Outgoing : Delivery {
    /// 32 letters (kitchen/mailer.h), the same at each attempt, unlike those of all other
    /// deliveries in the world: for the idempotency key of the service that takes it.
    std::string id;
    Timestamp created_at;
    std::int64_t attempt = 1;
};

/// A way out.
struct Channel {
    /// Hands it over. Called outside of transactions, perhaps on several threads at once; what is
    /// rendered is rendered here. Errors: unprocessable when it will never be taken, which
    /// makes it a dead letter; too_many_requests leaves the channel alone for `retry_after`; with
    /// all others it is tried again later, and not before `retry_after` (a day at most).
    std::function<Status(const Outgoing&)> send;
    /// What was sent keeps its payload while it is kept, so that it may be sent once more.
    /// Otherwise the payload is erased then.
    bool keep_sent = false;
};

class Outbox {
public:
    using Interface = Outbox;
    static constexpr std::string_view interface_name = "outbox/2";
    virtual ~Outbox() = default;

    /// Keeps the delivery, to be sent once the transaction has been committed. The recipient is not
    /// checked: what no service takes becomes a dead letter, and does not stop what it tells of.
    /// Errors: unprocessable "delivery_key_missing"; what the store says. Throws std::logic_error
    /// when there is no such channel.
    virtual Status enqueue(Transaction& tx, std::string_view channel, const Delivery& delivery) = 0;

    /// To be called in a constructor. The name is stored with each delivery, and begins with the
    /// plugin's id ("notify-webhook/kitchen"): that says whose they are when the plugin is off, and
    /// its deliveries wait. Throws std::logic_error when the name is taken, or begins otherwise.
    virtual void add_channel(Setup& setup, std::string name, Channel channel) = 0;

    /// Of the deliveries that are kept, whatever became of them, those whose key begins so.
    virtual Result<std::vector<std::string>> keys(Transaction& tx, std::string_view channel,
                                                  std::string_view key_start) = 0;
};

}  // namespace kitchen
