// The texts of an address: what each is called, how long it may be and how it is written. Reading,
// checking, storing and showing one all go by this list.
//
// Thread-safety: constants.
#pragma once

#include <cstdint>

#include "kitchen/addresses.h"

namespace kitchen::auth {

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

}  // namespace kitchen::auth
