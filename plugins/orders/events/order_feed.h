// The changes of all orders in one order, by position: what a reader needs to go on where it
// stopped.
//
// Positions rise by one and become visible in that order: who has read up to a position will find
// whatever is committed later at a higher one. They are given after the commit, so that placing and
// moving orders never waits for another order (docs/adr/0022). Changes of one order stand in the
// order of its versions.
//
// Errors: those of the store.
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <vector>

#include "events/order_event.h"
#include "kitchen/store.h"

namespace kitchen::orders {

struct FeedPage {
    std::vector<OrderEvent> events;
    std::int64_t head = 0;  ///< the last position given
};

class OrderFeed {
public:
    explicit OrderFeed(Store& store);

    /// Gives positions to all changes committed by now that have none.
    Status number();
    /// The first changes after that position, at most `limit`. Numbers first.
    Result<FeedPage> after(std::int64_t position, std::int64_t limit);
    /// The position after which everything will come that is committed from now on.
    Result<std::int64_t> head();

private:
    Result<bool> has_unnumbered(Transaction& tx) const;
    /// How many; as many as one transaction takes: there may be more.
    Result<std::int64_t> number_some(Transaction& tx) const;
    Result<FeedPage> read(Transaction& tx, std::int64_t position, std::int64_t limit) const;

    Store& store_;
    Statement unnumbered_, lock_, number_, advance_, head_, after_;
};

}  // namespace kitchen::orders
