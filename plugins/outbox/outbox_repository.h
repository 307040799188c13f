// All SQL on the outgoing deliveries, and one of them as the other parts know it.
//
// Who sends a delivery holds its lease: claim() gives it to one worker at a time, of however many
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

#include "kitchen/personal_data.h"
#include "kitchen/outbox.h"
#include "kitchen/store.h"
#include "kitchen/time.h"
#include "kitchen/tracing.h"

namespace kitchen::outbox {

/// For Route::changes(): neither who gets it nor what it says, which may be a code.
inline constexpr std::string_view delivery_row =
    "SELECT id, channel, delivery_key, state, attempts, due_at, last_error, sent_at, "
    "created_at, updated_at FROM outbox_deliveries WHERE id = $1";

enum class DeliveryState : std::uint8_t { waiting, sent, dead };

std::string_view to_text(DeliveryState state);
std::optional<DeliveryState> parse_state(std::string_view name);
std::vector<std::string> names_of(DeliveryState);

/// What an administrator may see: all but the payload.
struct StoredDelivery {
    std::int64_t id = 0;
    std::string channel, to, subject;
    DeliveryState state = DeliveryState::waiting;
    std::int64_t attempts = 0;
    std::optional<Timestamp>
        due_at;  ///< of a waiting one: the next attempt, or the end of the present one's lease
    std::string last_error;  ///< "" for none
    std::optional<Timestamp> sent_at;
    Timestamp created_at, updated_at;
};

/// A delivery that one worker may send, until the lease ends.
struct LeasedDelivery {
    std::int64_t id = 0;
    std::string lease_token;
    Timestamp lease_end;
    Outgoing outgoing;
    TraceContext trace;  ///< of its cause
};

struct DeliveryPage {
    std::vector<StoredDelivery> deliveries;  ///< newest first
    std::int64_t total_count = 0;
};

/// Which deliveries; all for what is not given.
struct DeliveryFilter {
    std::string channel;  ///< "" for all
    std::optional<DeliveryState> state;
};

/// What a worker asks for: from `now` to `end`, under a token of its own.
struct Lease {
    std::string token;
    Timestamp now, end;
};

class OutboxRepository {
public:
    explicit OutboxRepository(Store& store);

    /// Its id; nothing happens, and there is none, when one of that channel and key is kept
    /// already.
    Result<std::optional<std::int64_t>> insert(Transaction& tx, std::string_view channel,
                                               const Delivery& delivery, std::string_view send_id,
                                               const TraceContext& trace, Timestamp now) const;

    Result<bool> has_due(Transaction& tx, std::string_view channel, Timestamp due) const;
    /// Leases the delivery that is due longest, at `due` or before; nothing when none is, or when
    /// another worker was faster.
    Result<std::optional<LeasedDelivery>> claim(Transaction& tx, std::string_view channel,
                                                const Lease& lease, Timestamp due) const;
    /// Leases this one; nothing when it is not there, not waiting, or not due.
    Result<std::optional<LeasedDelivery>> claim_one(Transaction& tx, std::int64_t id,
                                                    const Lease& lease) const;

    // What ends an attempt. False when another worker has the lease: then nothing was done.
    Result<bool> mark_sent(Transaction& tx, const LeasedDelivery& delivery, bool keep_payload,
                           Timestamp now) const;
    /// `counts` false: the attempt is not counted.
    Result<bool> put_back(Transaction& tx, const LeasedDelivery& delivery, std::string_view error,
                          Timestamp due_at, bool counts, Timestamp now) const;
    Result<bool> mark_dead(Transaction& tx, const LeasedDelivery& delivery, std::string_view error,
                           Timestamp now) const;

    Result<std::optional<StoredDelivery>> find(Transaction& tx, std::int64_t id) const;
    Result<DeliveryPage> page(Transaction& tx, const DeliveryFilter& filter, std::int64_t limit,
                              std::int64_t offset) const;
    /// A dead one, or a sent one whose payload was kept, waits again, with all its attempts;
    /// nothing otherwise.
    Result<std::optional<StoredDelivery>> revive(Transaction& tx, std::int64_t id,
                                                 Timestamp now) const;
    /// The same for all dead ones of a channel, at most `most`; their ids.
    Result<std::vector<std::int64_t>> revive_dead(Transaction& tx, std::string_view channel,
                                                  std::int64_t most, Timestamp now) const;
    Result<std::vector<std::string>> keys(Transaction& tx, std::string_view channel,
                                          std::string_view key_start) const;

    Result<std::int64_t> waiting(Transaction& tx, std::string_view channel) const;
    /// Since when the oldest waiting one of a channel has been waiting.
    Result<std::optional<Timestamp>> oldest_waiting(Transaction& tx,
                                                    std::string_view channel) const;
    /// Deletes what is sent or dead and was last touched at `expired` or before, at most `most`;
    /// how many it were.
    Result<std::int64_t> sweep(Transaction& tx, Timestamp expired, std::int64_t most) const;

private:
    Statement insert_, due_, claim_, claim_one_, sent_, put_back_, mark_dead_, find_, revive_,
        revive_dead_, keys_, waiting_, oldest_, sweep_;
    std::vector<Statement> pages_, counts_;  ///< by filter
};

/// What is kept about a person.
void add_personal_deliveries(PersonalData& personal, const Setup& setup, Store& store);

}  // namespace kitchen::outbox
