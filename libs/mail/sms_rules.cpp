#include "sms_rules.h"

#include <algorithm>
#include <string_view>

#include "kitchen/utf8.h"

namespace kitchen {

bool is_e164(std::string_view number) {
    if (number.size() < 3 || number.size() > 16 || !number.starts_with('+') || number[1] == '0')
        return false;
    number.remove_prefix(1);
    return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Status check_sms(const Sms& sms) {
    if (sms.idempotency_key.empty())
        return Error(Errc::unprocessable, "sms_key_missing",
                     "A text message needs an idempotency key.");
    if (!is_e164(sms.to))
        return Error(Errc::unprocessable, "sms_number_invalid",
                     "The phone number of a text message is in E.164, like +2348031234567.");
    if (sms.text.empty() || !utf8::is_valid(sms.text) ||
        utf8::count(sms.text) > Sms::longest_text || sms.text.find('\0') != std::string::npos)
        return Error(Errc::unprocessable, "sms_text_invalid",
                     "A text message has 1 to 1,600 characters of UTF-8, and no NUL.");
    return {};
}

}  // namespace kitchen
