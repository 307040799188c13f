// Money for people to read: currencies by ISO 4217, which says how many decimals each has.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen {

namespace money {

// List one of ISO 4217, as of 2026, without metals, funds and codes for testing.
inline constexpr std::string_view no_decimals =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
inline constexpr std::string_view three_decimals = "BHD IQD JOD KWD LYD OMR TND ";
inline constexpr std::string_view four_decimals = "CLF UYW ";
inline constexpr std::string_view two_decimals =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
    "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR "
    "ZMW ZWG ";

constexpr bool lists(std::string_view codes, std::string_view code) {
    if (code.size() != 3) return false;
    for (std::size_t at = 0; at < codes.size(); at += 4)
        if (codes.substr(at, 3) == code) return true;
    return false;
}

}  // namespace money

/// How many decimals the amounts of this currency have; nothing when ISO 4217 does not know it.
constexpr std::optional<int> currency_decimals(std::string_view code) {
    if (money::lists(money::two_decimals, code)) return 2;
    if (money::lists(money::no_decimals, code)) return 0;
    if (money::lists(money::three_decimals, code)) return 3;
    if (money::lists(money::four_decimals, code)) return 4;
    return std::nullopt;
}

/// Minor units as people read them: "NGN 2,800.00", "JPY 1,500", "-KWD 1.250".
inline std::string money_text(std::int64_t amount, std::string_view currency) {
    const auto decimals = static_cast<std::size_t>(currency_decimals(currency).value_or(2));
    std::string digits = std::to_string(amount);
    const bool negative = digits.front() == '-';
    if (negative) digits.erase(0, 1);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    std::size_t at = digits.size() - decimals;
    if (decimals > 0) digits.insert(at, 1, '.');
    while (at > 3) digits.insert(at -= 3, 1, ',');
    return (negative ? "-" : "") + std::string(currency) + ' ' + digits;
}

}  // namespace kitchen
