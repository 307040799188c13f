#include "sms_rules.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

using namespace std::string_literals;

// "" for a message that can be sent.
std::string fault(const std::string& to, const std::string& text, const std::string& key = "k") {
    const Status checked = check_sms({to, text, key});
    if (checked) return "";
    EXPECT_EQ(checked.error().kind, Errc::unprocessable);
    return checked.error().code;
}

TEST(SmsRules, NumbersAreE164) {
    for (const char* number : {"+2348031234567", "+12025550123", "+44", "+123456789012345"})
        EXPECT_EQ(fault(number, "Hello"), "") << number;
    for (const std::string& number :
         {""s, "+"s, "+1"s, "2348031234567"s, "08031234567"s, "+02348031234567"s,
          "+1234567890123456"s, "+234 803 123 4567"s, "+2348031234567,+2348031234568"s,
          "+2348031234567\n"s, "+234803123456\0"s, "whatsapp:+2348031234567"s, "++2348031234567"s,
          "+٢٣٤"s})
        EXPECT_EQ(fault(number, "Hello"), "sms_number_invalid") << number;
}

TEST(SmsRules, TextsAreUtf8OfALengthThatServicesTake) {
    std::string longest;
    for (std::size_t i = 0; i < Sms::longest_text; ++i) longest += "₦";
    for (const std::string& text : {"x"s, "two\nlines"s, longest})
        EXPECT_EQ(fault("+2348031234567", text), "") << text;
    for (const std::string& text : {""s, longest + "x", "a\0b"s, "caf\xe9"s, "\xed\xa0\x80"s})
        EXPECT_EQ(fault("+2348031234567", text), "sms_text_invalid") << text;
}

TEST(SmsRules, AKeyIsNeeded) { EXPECT_EQ(fault("+2348031234567", "Hello", ""), "sms_key_missing"); }

}  // namespace
}  // namespace kitchen
