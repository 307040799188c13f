// The pause button: no orders for now, whatever the hours say. It is a row, so every replica sees
// it in the transaction that places an order.
//
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen::opening_hours {

/// For Route::changes().
inline constexpr std::string_view pause_row =
    "SELECT id, paused_since, paused_until, reason FROM opening_hours_pause";

struct Pause {
    Timestamp since;
    std::optional<Timestamp> until;  ///< nothing: until it is resumed
    std::string reason;              ///< for customers; "" for none

    /// What is ordered for that time is refused. `since` does not count: the clocks of two replicas
    /// may differ, and an order for a time before it can no longer come.
    bool covers(Timestamp at) const { return !until || at < *until; }
};

class PauseRepository {
public:
    explicit PauseRepository(Store& store);

    Result<std::optional<Pause>> find(Transaction& tx) const;
    /// In the place of the one before.
    Status put(Transaction& tx, const Pause& pause) const;
    Status remove(Transaction& tx) const;

private:
    Statement find_, put_, remove_;
};

}  // namespace kitchen::opening_hours
