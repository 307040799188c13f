// Points for orders: the rules of the scheme. Knows nothing of HTTP.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/clock.h"
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
    /// Once an order, however often it is called.
    kitchen::Status order_placed(std::int64_t user_id, std::int64_t order_id,
                                 std::int64_t total) const;
    /// Takes back what the order had earned; once, and nothing when it had earned nothing.
    kitchen::Status order_cancelled(std::int64_t order_id) const;
    /// What is left. Errors: conflict "not_enough_points"; conflict "already_redeemed" when the
    /// account has used that reference before.
    kitchen::Result<std::int64_t> redeem(std::int64_t user_id, std::int64_t points,
                                         const std::string& reference) const;

private:
    kitchen::Store& store_;
    const kitchen::Clock& clock_;
    const std::int64_t kobo_per_point_;
    const LoyaltyRepository repository_;
};

}  // namespace loyalty
