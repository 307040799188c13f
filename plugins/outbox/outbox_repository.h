// All SQL on the outgoing queue, and a mail of it as the other parts know it.
//
// Who sends a mail holds its lease: claim() gives it to one worker at a time, of however many
// processes, and what ends an attempt does so only for the worker that still holds it.
//
// Every call works inside the caller's open transaction.
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/mailer.h"
#include "kitchen/store.h"
#include "kitchen/time.h"
#include "kitchen/tracing.h"

namespace kitchen::outbox {

enum class MailState : std::uint8_t { waiting, sent, dead };

std::string_view to_text(MailState state);
std::optional<MailState> parse_state(std::string_view name);
std::vector<std::string> names_of(MailState);

/// What an administrator may see: all but the bodies.
struct OutgoingMail {
    std::int64_t id = 0;
    std::string to;
    std::string subject;      ///< "" until an unwritten mail was tried to be sent
    std::string key, writer;  ///< as put in; without a writer: written
    MailState state = MailState::waiting;
    std::int64_t attempts = 0;
    std::optional<Timestamp>
        due_at;  ///< of a waiting one: the next attempt, or the end of the present one's lease
    std::string last_error;  ///< "" for none
    std::optional<Timestamp> sent_at;
    Timestamp created_at, updated_at;
};

/// A mail that one worker may send, until the lease ends.
struct LeasedMail {
    std::int64_t id = 0;
    std::string lease_token;
    Timestamp lease_end;
    std::string key, writer;    ///< as in OutgoingMail
    Mail mail;                  ///< the idempotency key is the one for the mailer
    std::int64_t attempts = 0;  ///< this one included
    TraceContext trace;         ///< of its cause
};

struct MailPage {
    std::vector<OutgoingMail> mails;  ///< newest first
    std::int64_t total_count = 0;
};

/// What a worker asks for: from `now` to `end`, under a token of its own.
struct Lease {
    std::string token;
    Timestamp now, end;
};

class OutboxRepository {
public:
    explicit OutboxRepository(Store& store);

    /// Its id; nothing happens, and there is none, when a mail of that key is kept already.
    /// `writer`: "" for a mail that is written.
    Result<std::optional<std::int64_t>> insert(Transaction& tx, const Mail& mail,
                                               std::string_view writer, std::string_view send_key,
                                               const TraceContext& trace, Timestamp now) const;

    Result<bool> has_due(Transaction& tx, Timestamp due) const;
    /// Leases the mail that is due longest, at `due` or before; nothing when none is, or when
    /// another worker was faster.
    Result<std::optional<LeasedMail>> claim(Transaction& tx, const Lease& lease,
                                            Timestamp due) const;
    /// Leases this mail; nothing when it is not there, not waiting, or not due.
    Result<std::optional<LeasedMail>> claim_one(Transaction& tx, std::int64_t id,
                                                const Lease& lease) const;

    // What ends an attempt; the subject is noted each time. False when another worker has the
    // lease: then nothing was done.
    /// Forgets the bodies too.
    Result<bool> mark_sent(Transaction& tx, const LeasedMail& mail, Timestamp now) const;
    Result<bool> put_back(Transaction& tx, const LeasedMail& mail, std::string_view error,
                          Timestamp due_at, Timestamp now) const;
    Result<bool> mark_dead(Transaction& tx, const LeasedMail& mail, std::string_view error,
                           Timestamp now) const;

    Result<std::optional<OutgoingMail>> find(Transaction& tx, std::int64_t id) const;
    Result<MailPage> page(Transaction& tx, std::optional<MailState> state, std::int64_t limit,
                          std::int64_t offset) const;
    /// A dead mail waits again, with all its attempts; nothing when it is not dead.
    Result<std::optional<OutgoingMail>> revive(Transaction& tx, std::int64_t id,
                                               Timestamp now) const;

    Result<std::int64_t> count(Transaction& tx, MailState state) const;
    /// Since when the oldest waiting mail has been waiting.
    Result<std::optional<Timestamp>> oldest_waiting(Transaction& tx) const;
    /// Deletes mails that are sent or dead and were last touched at `expired` or before, at most
    /// `most`; how many it were.
    Result<std::int64_t> sweep(Transaction& tx, Timestamp expired, std::int64_t most) const;

private:
    Statement insert_, due_, claim_, claim_one_, sent_, put_back_, mark_dead_, find_, page_, count_,
        page_of_state_, count_of_state_, revive_, oldest_, sweep_;
};

}  // namespace kitchen::outbox
