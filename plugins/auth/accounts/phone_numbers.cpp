#include "accounts/phone_numbers.h"

#include <stdexcept>
#include <utility>

#include "accounts/phone_tables.h"
#include "addresses/address_rules.h"
#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::auth {
namespace {

constexpr char unknown = '\0', separator = ' ';

struct Range {
    char32_t first, last;
};
constexpr Range separators[] = {
    {0x20, 0x20},     {0x28, 0x29},      // blank ( )
    {0x2d, 0x2e},     {0xa0, 0xa0},      // - . no-break space
    {0xad, 0xad},     {0x2000, 0x2015},  // soft hyphen; blanks, marks of direction, hyphens, dashes
    {0x2028, 0x202f}, {0x205f, 0x206f},  // embeddings and isolates of direction, narrow blanks
    {0x2212, 0x2212}, {0x3000, 0x3000},  // minus, ideographic space
    {0xfe63, 0xfe63}, {0xfeff, 0xfeff},  // small hyphen, zero width no-break space
    {0xff08, 0xff09}, {0xff0d, 0xff0e},  // full-width ( ) - .
};
constexpr char32_t zeros[] = {'0', 0x660, 0x6f0, 0xff10};  // ASCII, Arabic, Persian, full-width

/// The ASCII digit or '+' that a character stands for.
char plain(char32_t point) {
    for (const char32_t zero : zeros)
        if (point >= zero && point <= zero + 9) return static_cast<char>('0' + (point - zero));
    if (point == '+' || point == 0xff0b) return '+';
    for (const Range& range : separators)
        if (point >= range.first && point <= range.last) return separator;
    return unknown;
}

/// Of an international number, without the '+' (ITU-T E.164, 6.1).
constexpr std::size_t e164_digits = 15;
/// With what is dialled before it. The library's patterns take minutes for a text of 100 KB.
constexpr std::size_t most_digits = e164_digits + 10;

/// What "tel:0803-123-4567;phone-context=+234" means: the context stands before the number (RFC
/// 3966, section 5.1.4).
std::string without_uri(std::string text) {
    if (ascii_lower(std::string_view(text).substr(0, 4)) != "tel:") return text;
    text.erase(0, 4);
    constexpr std::string_view context = ";phone-context=+";
    const std::size_t at = ascii_lower(text).find(context);
    if (at == std::string::npos) return text;
    const std::string number = text.substr(0, at);
    return '+' + text.substr(at + context.size()) + number;
}

/// The digits, with a leading '+' kept; "" when there is anything in it that no number has.
std::string digits_of(std::string_view written) {
    const std::string text = without_uri(trimmed(written));
    std::string_view rest = text;
    std::string digits;
    while (!rest.empty()) {
        const std::size_t length = utf8::sequence_length(rest, 0);
        if (length == 0) return {};
        const char c = plain(utf8::decode(rest.substr(0, length)));
        rest.remove_prefix(length);
        if (c == unknown || (c == '+' && !digits.empty())) return {};
        if (c != separator) digits += c;
        if (digits.size() > most_digits) return {};
    }
    return digits;
}

Error not_a_number(const std::string& country) {
    std::string detail = "This is not a phone number. Write it ";
    if (const auto example = phone_tables().example(country)) {
        detail += "like " + example->national + ", or with the country code like " +
                  example->international + ".";
    } else {
        detail += "with the country code, like +234 802 123 4567.";
    }
    return invalid_field("/phone_number", "phone_invalid", std::move(detail));
}

}  // namespace

bool PhoneNumbers::has_plan(std::string_view country) noexcept {
    for (const std::string_view none : {"AQ", "BV", "GS", "HM", "PN", "TF", "UM"})
        if (country == none) return false;
    return is_country_code(country) || country == "XK";  // Kosovo has +383, and no code in ISO 3166
}

PhoneNumbers::PhoneNumbers(std::string region) : region_(std::move(region)) {
    if (!has_plan(region_))
        throw std::invalid_argument(
            "phone.region must be a country's code in ISO 3166-1 alpha-2, like NG");
}

/// "" when it is no number.
std::string PhoneNumbers::e164(const std::string& digits, const std::string& country) const {
    if (digits.empty()) return {};
    std::string number = phone_tables().e164(digits, country, region_);
    // The library holds that toll-free numbers of Nigeria may be longer.
    return number.size() <= 1 + e164_digits ? number : std::string();
}

Result<std::string> PhoneNumbers::normalise(std::string_view written,
                                            std::string_view country) const {
    const std::string region = country.empty() ? region_ : std::string(country);
    const std::string digits = digits_of(written);
    std::string number = e164(digits, region);
    // What ITU-T E.164 recommends to dial for "+", also where the country itself dials another.
    if (number.empty() && digits.starts_with("00")) number = e164("+" + digits.substr(2), region);
    if (number.empty()) return not_a_number(region);
    return number;
}

}  // namespace kitchen::auth
