// What an address must be like, whoever brings it.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/addresses.h"
#include "accounts/phone_normaliser.h"

namespace kitchen::auth {

/// Trims the texts, writes the country in capitals and the phone number as E.164, and checks every
/// member. Error: unprocessable "validation_failed", a fault for each deviation with its JSON
/// pointer in the request's body.
Status normalise(Address& address, const PhoneNormaliser& phones);

}  // namespace kitchen::auth
