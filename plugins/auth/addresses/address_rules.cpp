#include "addresses/address_rules.h"

#include <cmath>

#include "addresses/address_fields.h"
#include "addresses/country_codes.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

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
