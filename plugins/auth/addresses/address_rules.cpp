#include "addresses/address_rules.h"

#include <cmath>

#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

// iso3166.tab of the time zone database, 2025b: awk '!/^#/ {printf "%s ", $1}'
// /usr/share/zoneinfo/iso3166.tab
constexpr std::string_view assigned =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC "
    "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI "
    "FJ FK FM FO FR GA GB GD "
    "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS "
    "IT JE JM JO JP KE KG KH "
    "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW "
    "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA "
    "RE RO RS RU RW SA SB SC "
    "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT "
    "TV TW TZ UA UG UM US UY "
    "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";
static_assert(assigned.size() == 249 * 3);

class Faults {
public:
    void add(std::string pointer, std::string code, std::string detail) {
        error_.faults.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }
    bool none() const { return error_.faults.empty(); }
    Status result() && {
        if (none()) return {};
        return std::move(error_);
    }

private:
    Error error_{Errc::unprocessable, "validation_failed",
                 "Some values are not valid. See errors."};
};

void check(const AddressField& field, std::string& text, Faults& faults) {
    const std::string pointer = std::string("/") + field.name;
    text = trimmed(text);
    if (text.empty() && field.presence != AddressField::Presence::optional)
        faults.add(pointer, "too_short", "Must not be blank.");
    if (static_cast<std::int64_t>(code_points(text)) > field.longest)
        faults.add(pointer, "too_long",
                   "Must have " + std::to_string(field.longest) + " characters or fewer.");
    if (has_control_characters(text, field.lines))
        faults.add(pointer, "format", "Must not hold control characters.");
}

void check_position(const std::optional<double>& degrees, const std::optional<double>& other,
                    const char* pointer, double most, Faults& faults) {
    if (degrees && !(std::abs(*degrees) <= most))
        faults.add(pointer, "out_of_range", "Must be a position on earth, in degrees.");
    if (!degrees && other)
        faults.add(pointer, "required", "Give latitude and longitude, or neither.");
}

}  // namespace

bool is_country_code(std::string_view code) noexcept {
    if (code.size() != 2) return false;
    for (std::size_t at = 0; at < assigned.size(); at += 3)
        if (assigned.substr(at, 2) == code) return true;
    return false;
}

Status normalise(Address& address, const PhoneNumbers& phones, std::string_view stored_phone) {
    Faults faults;
    for (const AddressField& field : address_fields) check(field, address.*field.text, faults);
    for (char& c : address.country)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool is_country = is_country_code(address.country);
    if (!address.country.empty() && !is_country)
        faults.add("/country", "not_a_country",
                   "Must be the code of a country in ISO 3166-1 alpha-2, such as NG.");
    check_position(address.latitude, address.longitude, "/latitude", 90, faults);
    check_position(address.longitude, address.latitude, "/longitude", 180, faults);
    if (!address.phone.empty() && address.phone != stored_phone && is_country) {
        Result<std::string> phone = phones.normalise(address.phone, address.country);
        if (phone)
            address.phone = *std::move(phone);
        else
            faults.add("/phone", "phone_invalid", phone.error().faults.at(0).detail);
    }
    return std::move(faults).result();
}

}  // namespace kitchen::auth
