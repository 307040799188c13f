// Phone numbers as people write them, as E.164 ("+2348031234567"): the form that is stored and
// compared.
//
// Thread-safety: immutable; all calls, from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::auth {

/// How numbers are written where the restaurant is. The default is Nigeria's numbering plan.
struct PhoneRegion {
    std::string country_code = "234";
    std::string trunk_prefix = "0";    ///< dialled before a national number; "" where there is none
    std::size_t national_digits = 10;  ///< of a number without trunk prefix
};

class PhoneNormaliser {
public:
    /// Throws std::invalid_argument when the country code is not 1 to 3 digits, or the prefix is
    /// not digits.
    explicit PhoneNormaliser(PhoneRegion region);

    /// Takes a national number with or without trunk prefix, and an international one with "+",
    /// with "00", or (this country's only) without either; spaces, dots, hyphens and parentheses
    /// between. Numbers of other countries are checked for length only. Error: unprocessable with
    /// one fault at "/phone_number".
    Result<std::string> normalise(std::string_view phone) const;

private:
    /// "" when it cannot be a number of this country.
    std::string national(std::string_view digits) const;

    PhoneRegion region_;
};

}  // namespace kitchen::auth
