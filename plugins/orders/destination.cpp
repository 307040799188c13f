#include "destination.h"

namespace kitchen::orders {

Status Destinations::check(Fulfillment fulfillment, std::optional<std::int64_t> address_id) const {
    if (!address_id) return {};
    if (fulfillment == Fulfillment::pickup)
        return invalid_field("/address_id", "not_for_pickup",
                             "An order that is picked up goes to no address. Leave it out, or "
                             "have it delivered.");
    if (!addresses_)
        return invalid_field(
            "/address_id", "no_address_book",
            "No addresses are kept here. Say in delivery_instructions where to bring it.");
    return {};
}

Result<std::optional<Address>> Destinations::find(Transaction& tx, std::int64_t user_id,
                                                  Fulfillment fulfillment,
                                                  std::optional<std::int64_t> address_id) const {
    if (Status possible = check(fulfillment, address_id); !possible)
        return std::move(possible).error();
    if (fulfillment == Fulfillment::pickup || !addresses_) return std::optional<Address>();
    Result<std::optional<Address>> address = address_id
                                                 ? addresses_->address(tx, user_id, *address_id)
                                                 : addresses_->default_address(tx, user_id);
    if (!address || *address) return address;
    if (address_id)
        return Error(Errc::not_found, "address_not_found", "There is no such address of yours.")
            .with_fault("/address_id", "not_found", "Choose an address of your address book.");
    if (required_)
        return Error(Errc::unprocessable, "address_required",
                     "Say where to bring it: put an address into your address book first.")
            .with_fault("/address_id", "required",
                        "There is no address in your address book to bring it to.");
    return std::optional<Address>();
}

}  // namespace kitchen::orders
