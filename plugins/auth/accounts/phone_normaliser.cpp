#include "accounts/phone_normaliser.h"

#include <algorithm>
#include <stdexcept>

namespace kitchen::auth {
namespace {

// ITU-T E.164: at most 15 digits, country code included. The shortest in use have 7.
constexpr std::size_t min_digits = 7, max_digits = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

/// The digits, with a leading '+' kept; "" when anything else is in it.
std::string without_punctuation(std::string_view phone) {
    std::string out;
    for (char c : phone) {
        if (is_digit(c))
            out += c;
        else if (c == '+' && out.empty())
            out += c;
        else if (std::string_view(" .-()").find(c) == std::string_view::npos)
            return {};
    }
    return out;
}

Error not_a_number() {
    return invalid_field("/phone_number", "phone_invalid",
                         "This is not a phone number. Write it like 0803 123 4567, or with the "
                         "country code like +234 803 123 4567.");
}

}  // namespace

PhoneNormaliser::PhoneNormaliser(PhoneRegion region) : region_(std::move(region)) {
    const std::string& code = region_.country_code;
    if (code.empty() || code.size() > 3 || code.front() == '0' || !all_digits(code))
        throw std::invalid_argument("phone.country_code must be 1 to 3 digits, like 234");
    if (!all_digits(region_.trunk_prefix))
        throw std::invalid_argument("phone.trunk_prefix must be digits, like 0, or empty");
}

std::string PhoneNormaliser::national(std::string_view digits) const {
    const std::string& trunk = region_.trunk_prefix;
    if (!trunk.empty() && digits.size() == trunk.size() + region_.national_digits &&
        digits.starts_with(trunk))
        digits.remove_prefix(trunk.size());
    if (digits.size() != region_.national_digits) return {};
    if (!trunk.empty() && digits.starts_with(trunk))
        return {};  // a digit is missing, not the prefix
    return "+" + region_.country_code + std::string(digits);
}

Result<std::string> PhoneNormaliser::normalise(std::string_view phone) const {
    // "+44 (0)20 …": the 0 is dialled within the country only. Elsewhere a 0 belongs to the number
    // (Italy).
    std::string written(phone);
    if (const std::size_t trunk = written.find("(0)"); trunk != std::string::npos)
        written.erase(trunk, 3);
    std::string digits = without_punctuation(written);
    bool international = false;
    if (digits.starts_with('+'))
        international = true, digits.erase(0, 1);
    else if (digits.starts_with("00"))
        international = true, digits.erase(0, 2);

    std::string e164;
    if (digits.starts_with(
            region_.country_code))  // "+234 (0) 803 …" is common, so the trunk prefix may follow
        e164 = national(std::string_view(digits).substr(region_.country_code.size()));
    else if (international && digits.size() >= min_digits && digits.size() <= max_digits &&
             digits.front() != '0')
        e164 = "+" + digits;
    if (e164.empty() && !international) e164 = national(digits);
    if (e164.empty()) return not_a_number();
    return e164;
}

}  // namespace kitchen::auth
