// The bodies of requests and responses for addresses.
//
// Thread-safety: pure functions.
#pragma once

#include "addresses/address_repository.h"
#include "kitchen/http/body.h"

namespace kitchen::auth {

void describe(http::BodyFields<SavedAddress>& field);

struct NewAddress : Address {
    static void describe(http::BodyFields<NewAddress>& field);
};
/// Read over the address as it is.
struct AddressChange : Address {
    static void describe(http::BodyFields<AddressChange>& field);
};

}  // namespace kitchen::auth
