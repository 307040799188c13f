// A change of an order, as those who watch it learn of it: one for each entry of its history.
//
// Thread-safety: a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kitchen/time.h"
#include "order_state.h"

namespace kitchen::orders {

struct OrderEvent {
    std::int64_t position = 0;  ///< among the changes of all orders; 0: not given yet
    std::int64_t order_id = 0;
    std::int64_t version = 0;        ///< that the order had after it
    std::optional<OrderState> from;  ///< nothing: the order was placed
    OrderState to = OrderState::pending;
    Timestamp at;
    std::string reason;  ///< "" for none
    Fulfillment fulfillment = Fulfillment::pickup;

    /// No other can follow.
    bool is_last() const { return is_final(to); }
};

}  // namespace kitchen::orders
