// The events and the positions of their subscribers, in three tables.
//
// Positions rise by one and become visible in that order: who has read up to a position will find
// whatever is committed later at a higher one. They are given after the commit, so that no
// transaction waits for another to emit (docs/adr/0022, which does the same for orders).
//
// Errors: those of the store.
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/plugin.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen::events {

struct StoredEvent {
    std::int64_t position = 0;
    std::string name;
    Timestamp at;
    std::string data;  ///< JSON
};

struct Subscription {
    std::string name;
    std::int64_t position = 0;  ///< of the last event that was handled
    std::int64_t attempts = 0;  ///< failures in a row at the next one
    Timestamp due_at;           ///< not tried again before
    std::string error;          ///< of the last failure; "" for none
};

class EventLog {
public:
    explicit EventLog(Store& store);

    Status add(Transaction& tx, std::string_view name, std::string_view data, Timestamp now) const;
    /// Gives positions to all events committed by now that have none.
    Status number();
    Result<std::int64_t> head(Transaction& tx) const;
    Result<std::vector<StoredEvent>> after(Transaction& tx, std::int64_t position,
                                           std::int64_t limit) const;

    /// Begins before the first event, unless it is known.
    Status add_subscriber(Transaction& tx, std::string_view name) const;
    Result<std::vector<Subscription>> subscribers(Transaction& tx) const;
    Result<std::optional<Subscription>> subscriber(Transaction& tx, std::string_view name) const;
    /// As subscriber(), and no other transaction moves it until this one ends.
    Result<std::optional<Subscription>> lock(Transaction& tx, std::string_view name) const;
    /// Writes what changes: position, attempts, due_at, error.
    Status save(Transaction& tx, const Subscription& subscription) const;

private:
    Result<std::int64_t> number_some(Transaction& tx) const;

    Store& store_;
    Statement add_, unnumbered_, lock_head_, number_, advance_, head_, after_;
    Statement add_subscriber_, subscribers_, subscriber_, lock_, save_;
};

/// What always holds in these tables, for `chuks-kitchen check-data`.
void add_event_rules(Setup& setup, Store& store);
/// The positions of a plugin's subscribers, which are removed with its tables.
void add_kept_positions(Setup& setup, Store& store);

}  // namespace kitchen::events
