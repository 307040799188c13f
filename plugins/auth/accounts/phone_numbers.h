// Phone numbers as people write and paste them, as E.164 ("+2348031234567"): the form that is
// stored and compared. What is a number of which country is decided by libphonenumber's tables.
//
// Thread-safety: immutable; all calls, from any thread.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::auth {

class PhoneNumbers {
public:
    /// Whether this country (ISO 3166-1 alpha-2, capitals) has a numbering plan. Each start asks it
    /// of the configuration, so it does without the tables, see phone_tables.h.
    static bool has_plan(std::string_view country) noexcept;

    /// `region`: the country of numbers that are written without a country code. Throws
    /// std::invalid_argument when it has no numbering plan.
    explicit PhoneNumbers(std::string region = "NG");

    /// Takes a national number by the rules of `country` ("": the default region), and an
    /// international one with "+", "00" or what that country dials; with or without "tel:", blanks,
    /// hyphens, dots and parentheses of any script, and the invisible marks that a contacts app
    /// adds. Letters, extensions and everything else are refused.
    ///
    /// The number must be valid in its country. For the default region alone it is enough that it
    /// is written in full and as long as a mobile number, because operators get new ranges sooner
    /// than a distribution gets new tables.
    ///
    /// Error: unprocessable with one fault at "/phone_number".
    Result<std::string> normalise(std::string_view written, std::string_view country = {}) const;

private:
    std::string e164(const std::string& digits, const std::string& country) const;

    std::string region_;
};

}  // namespace kitchen::auth
