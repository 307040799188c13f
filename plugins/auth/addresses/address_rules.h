// What an address must be like, whatever brings it.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/addresses.h"
#include "accounts/phone_numbers.h"

namespace kitchen::auth {

/// Trims the texts, writes the country in capitals and the phone number as E.164, and checks every
/// member. Error: unprocessable "validation_failed", a fault for each deviation with its JSON
/// pointer in the request's body.
/// A phone number without a country code is one of the address's country. `stored_phone` is taken
/// as it is: it was good when it was stored.
Status normalise(Address& address, const PhoneNumbers& phones, std::string_view stored_phone = {});

}  // namespace kitchen::auth
