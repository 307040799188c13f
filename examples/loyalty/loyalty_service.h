// Points for orders: the rules of the scheme. Knows nothing of HTTP.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/order_events.h"
#include "kitchen/store.h"
#include "loyalty_repository.h"

namespace loyalty {

struct Account {
    std::int64_t points = 0;     ///< below zero when points of a cancelled order had been redeemed
    std::vector<Entry> history;  ///< the newest twenty
};

class LoyaltyService {
public:
    /// One point for each whole `kobo_per_point` of an order's total. The store and the clock must
    /// outlive the service.
    LoyaltyService(kitchen::Store& store, const kitchen::Clock& clock, std::int64_t kobo_per_point);

    kitchen::Result<Account> account(std::int64_t user_id) const;
    // What the events of orders do, each once, in the transaction that notes that it was done.
    kitchen::Status order_placed(kitchen::Transaction& tx, const kitchen::OrderPlaced& order) const;
    /// Takes back what a cancelled order had earned.
    kitchen::Status order_moved(kitchen::Transaction& tx, const kitchen::OrderMoved& order) const;
    /// What is left. Errors: conflict "not_enough_points"; conflict "already_redeemed" when the
    /// account has used that reference before.
    kitchen::Result<std::int64_t> redeem(std::int64_t user_id, std::int64_t points,
                                         const std::string& reference) const;

private:
    kitchen::Status change(kitchen::Transaction& tx, std::int64_t user_id,
                           const Entry& entry) const;

    kitchen::Store& store_;
    const kitchen::Clock& clock_;
    const std::int64_t kobo_per_point_;
    const LoyaltyRepository repository_;
};

}  // namespace loyalty
