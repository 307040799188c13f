// All SQL on the outgoing queue.
//
// Who sends a mail holds its lease: claim() gives it to one worker at a time, of however many processes, and what ends an attempt does so only for
// whoever still holds it.
//
// Every call works inside the caller's open transaction.
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/store.h"
#include "outgoing_mail.h"

namespace kitchen::outbox {

struct MailPage {
    std::vector<OutgoingMail> mails;  ///< newest first
    std::int64_t total_count = 0;
};

class OutboxRepository {
public:
    explicit OutboxRepository(Store& store);

    /// Nothing happens when a mail of that key is kept already.
    Status insert(Transaction& tx, const Mail& mail, std::string_view send_key, Timestamp now) const;

    Result<bool> has_due(Transaction& tx, Timestamp now) const;
    /// Leases the mail that is due longest; nothing when none is, or when another worker was faster.
    Result<std::optional<LeasedMail>> claim(Transaction& tx, const std::string& lease_token, Timestamp now, Timestamp lease_end) const;

    // What ends an attempt. False when the lease has gone to somebody else: then nothing was done.
    /// Forgets the bodies too.
    Result<bool> mark_sent(Transaction& tx, const LeasedMail& mail, Timestamp now) const;
    Result<bool> put_back(Transaction& tx, const LeasedMail& mail, std::string_view error, Timestamp due_at, Timestamp now) const;
    Result<bool> bury(Transaction& tx, const LeasedMail& mail, std::string_view error, Timestamp now) const;

    Result<std::optional<OutgoingMail>> find(Transaction& tx, std::int64_t id) const;
    Result<MailPage> page(Transaction& tx, std::optional<MailState> state, std::int64_t limit, std::int64_t offset) const;
    /// A dead mail waits again, with all its attempts; nothing when it is not dead.
    Result<std::optional<OutgoingMail>> revive(Transaction& tx, std::int64_t id, Timestamp now) const;

    /// Since when the oldest waiting mail has been waiting.
    Result<std::optional<Timestamp>> oldest_waiting(Transaction& tx) const;
    /// Deletes mails that are sent or dead and were last touched at `expired` or before, at most `most`; how many it were.
    Result<std::int64_t> sweep(Transaction& tx, Timestamp expired, std::int64_t most) const;

private:
    Statement insert_, due_, claim_, sent_, put_back_, bury_, find_, page_, count_, page_of_state_, count_of_state_, revive_, oldest_, sweep_;
};

}  // namespace kitchen::outbox
