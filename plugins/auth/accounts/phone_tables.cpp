// phone-tables.so; tests link it as it is.
#include "accounts/phone_tables.h"

#include <phonenumbers/phonenumberutil.h>

namespace kitchen::auth {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

class LibPhoneNumber final : public PhoneTables {
public:
    std::string e164(const std::string& digits, const std::string& country,
                     const std::string& region) const override {
        PhoneNumber number;
        if (util_.ParseAndKeepRawInput(digits, country, &number) !=
                PhoneNumberUtil::NO_PARSING_ERROR ||
            !is_acceptable(number, digits, country, region))
            return {};
        std::string formatted;
        util_.Format(number, PhoneNumberUtil::E164, &formatted);
        return formatted;
    }

    int country_code(const std::string& country) const override {
        return util_.GetCountryCodeForRegion(country);
    }

    std::optional<Example> example(const std::string& country) const override {
        PhoneNumber number;
        if (!util_.GetExampleNumberForType(country, PhoneNumberUtil::MOBILE, &number)) return {};
        Example out;
        util_.Format(number, PhoneNumberUtil::NATIONAL, &out.national);
        util_.Format(number, PhoneNumberUtil::INTERNATIONAL, &out.international);
        return out;
    }

private:
    bool is_acceptable(const PhoneNumber& number, const std::string& digits,
                       const std::string& country, const std::string& region) const {
        if (util_.IsValidNumber(number)) return true;
        if (number.country_code() != country_code(region) || number.italian_leading_zero())
            return false;
        std::string trunk_prefix;
        util_.GetNddPrefixForRegion(region, true, &trunk_prefix);
        const bool is_in_full =
            number.country_code_source() != PhoneNumber::FROM_DEFAULT_COUNTRY ||
            (country == region && !trunk_prefix.empty() && digits.starts_with(trunk_prefix));
        return is_in_full && util_.IsPossibleNumberForTypeWithReason(
                                 number, PhoneNumberUtil::MOBILE) == PhoneNumberUtil::IS_POSSIBLE;
    }

    const PhoneNumberUtil& util_ = *PhoneNumberUtil::GetInstance();
};

}  // namespace

const PhoneTables& phone_tables() {
    static const LibPhoneNumber tables;
    return tables;
}

}  // namespace kitchen::auth

const kitchen::auth::PhoneTables* kitchen_phone_tables_1() {
    return &kitchen::auth::phone_tables();
}
