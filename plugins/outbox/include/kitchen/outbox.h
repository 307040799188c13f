// outbox/1: mails that are sent if, and only if, what they tell of has happened. Published by the
// plugin that owns the outgoing queue.
//
// A mail is put into the caller's transaction and sent later, by a job, through whatever mailer/1
// is bound: again and again until it is taken, or until it is refused for good or has been tried
// too often. Then it is a dead letter, and an administrator may have it tried again.
//
// What a mail says is either put in with it, or written by a MailWriter when it is sent: that keeps
// templates and their rendering out of the transaction.
//
// What waits here is stored in the clear. A mail with a secret in it (a one-time code) does not
// belong here: docs/adr/0003.
//
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/mailer.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

/// Writes mails when they are sent, from what their keys say that they are about.
class MailWriter {
public:
    virtual ~MailWriter() = default;
    /// Subject, text and html of the mail with that key, the same at every call; recipient and key
    /// are left empty. Called outside of transactions, at each attempt to send. Errors:
    /// unprocessable when there never will be such a mail, which makes it a dead letter; all
    /// others: it is tried again later. Thread-safety: any thread.
    virtual Result<Mail> write(std::string_view key) = 0;
};

/// A mail that a writer will write.
struct UnwrittenMail {
    std::string to;               ///< one address
    std::string idempotency_key;  ///< as in Outbox::enqueue()
    std::string writer;           ///< its name, see Outbox::add_writer()
};

class Outbox {
public:
    using Interface = Outbox;
    static constexpr std::string_view interface_name = "outbox/1";
    virtual ~Outbox() = default;

    /// Keeps the mail, to be sent once the transaction has been committed. `mail.idempotency_key`
    /// says what the mail is about, within this installation ("order/7/2"): while a mail of that
    /// key is kept (for days), another is not added, and that is a success. The address is not
    /// checked: one that no mailer takes becomes a dead letter, and does not stop what the mail
    /// tells of. Errors: unprocessable "mail_key_missing"; what the store says.
    virtual Status enqueue(Transaction& tx, const Mail& mail) = 0;
    /// Throws std::logic_error when no writer has that name.
    virtual Status enqueue(Transaction& tx, const UnwrittenMail& mail) = 0;
    /// The same in a transaction of its own: the mail is durable when it returns.
    virtual Status enqueue(const Mail& mail) = 0;

    /// To be called while plugins are constructed, once a name; the name is stored with each mail.
    /// `writer` must live until this plugin has stopped.
    virtual void add_writer(std::string name, MailWriter& writer) = 0;
};

}  // namespace kitchen
