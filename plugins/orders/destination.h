// Where an order goes: to an address of the customer's address book, or nowhere when it is picked
// up.
//
// Thread-safety: all calls, from any thread. The address book must outlive it.
#pragma once

#include <cstdint>
#include <optional>

#include "kitchen/addresses.h"
#include "order_state.h"

namespace kitchen::orders {

class Destinations {
public:
    /// `addresses`: nullptr when no plugin keeps any; deliveries then have no address. `required`:
    /// with an address book, refuse a delivery to nowhere.
    Destinations(Addresses* addresses, bool required)
        : addresses_(addresses), required_(required) {}

    /// Whether an address can be named at all; nothing is. Error: unprocessable, at "/address_id".
    Status check(Fulfillment fulfillment, std::optional<std::int64_t> address_id) const;
    /// The address with that id; without an id the default one. Nothing for what is picked up.
    /// Errors: unprocessable "address_required", or with a fault at "/address_id" where it cannot
    /// be given; not_found "address_not_found", also for another customer's.
    Result<std::optional<Address>> find(Transaction& tx, std::int64_t user_id,
                                        Fulfillment fulfillment,
                                        std::optional<std::int64_t> address_id) const;

private:
    Addresses* addresses_;
    bool required_;
};

}  // namespace kitchen::orders
