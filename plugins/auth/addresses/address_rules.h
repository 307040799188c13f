// What an address must be like, whatever brings it.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "accounts/phone_numbers.h"
#include "kitchen/addresses.h"

namespace kitchen::auth {

/// Two capital letters that ISO 3166-1 assigns to a country: "NG".
bool is_country_code(std::string_view code) noexcept;

/// The texts of an address: what each is called, how long it may be and how it is written. Reading,
/// checking, storing and showing one all go by this list.
struct AddressField {
    enum class Presence : std::uint8_t {
        optional,
        required,
        defaulted
    };  ///< defaulted: may be left out and is never empty

    const char* name;
    std::string Address::*text;
    std::int64_t longest;  ///< code points
    Presence presence = Presence::optional;
    bool lines = false;  ///< may have several
    const char* description = "";
};

inline constexpr AddressField address_fields[] = {
    {"label", &Address::label, 40, {}, {}, "What you call it: Home"},
    {"recipient_name", &Address::recipient_name, 100},
    {"line1", &Address::line1, 200, AddressField::Presence::required, {}, "House and street"},
    {"line2", &Address::line2, 200, {}, {}, "Flat, floor, estate"},
    {"city", &Address::city, 100, AddressField::Presence::required},
    {"state", &Address::state, 100, AddressField::Presence::required},
    {"postal_code", &Address::postal_code, 20},
    {"country",
     &Address::country,
     2,
     AddressField::Presence::defaulted,
     {},
     "ISO 3166-1 alpha-2: NG"},
    {"landmark", &Address::landmark, 200, {}, {}, "By which it is found: opposite the blue mosque"},
    {"delivery_instructions",
     &Address::delivery_instructions,
     500,
     {},
     true,
     "For every delivery to it"},
    {"phone", &Address::phone, 40, {}, {}, "Of whoever is there; stored as E.164"},
};

/// Trims the texts, writes the country in capitals and the phone number as E.164, and checks every
/// member. Error: unprocessable "validation_failed", a fault for each deviation with its JSON
/// pointer in the request's body.
/// A phone number without a country code is one of the address's country. `stored_phone` is taken
/// as it is: it was good when it was stored.
Status normalise(Address& address, const PhoneNumbers& phones, std::string_view stored_phone = {});

}  // namespace kitchen::auth
