#include "twilio_options.h"

#include <gtest/gtest.h>

namespace kitchen::twilio {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string digits = "0123456789abcdefABCDEF0123456789";

Options good() {
    Options options;
    options.account_sid = "AC" + digits;
    options.api_key_sid = "SK" + digits;
    options.secret = "x";
    options.from = "+15005550006";
    return options;
}

// The key that is wrong, or "good".
template <class Change>
std::string fault(Change change) {
    Options options = good();
    change(options);
    const auto problems = problems_of(options);
    return problems.empty() ? "good" : problems[0].substr(0, problems[0].find(':'));
}

TEST(TwilioOptions, Sids) {
    for (const std::string& sid : {""s, "AC"s, "SK" + digits, "AC" + digits + "0",
                                   "AC" + digits.substr(1) + "/", "ac" + digits})
        EXPECT_EQ(fault([&](Options& o) { o.account_sid = sid; }), "account_sid") << sid;
    EXPECT_EQ(fault([](Options& o) { o.api_key_sid.clear(); }), "good");
    EXPECT_EQ(fault([](Options& o) { o.api_key_sid = o.account_sid; }), "api_key_sid");
}

TEST(TwilioOptions, EitherASenderOrAMessagingService) {
    EXPECT_EQ(fault([](Options& o) { o.from.clear(); }), "from");
    EXPECT_EQ(fault([](Options& o) { o.messaging_service_sid = "MG" + digits; }), "from");
    EXPECT_EQ(fault([](Options& o) {
                  o.from.clear();
                  o.messaging_service_sid = "MG" + digits;
              }),
              "good");
    EXPECT_EQ(fault([](Options& o) {
                  o.from.clear();
                  o.messaging_service_sid = "+15005550006";
              }),
              "messaging_service_sid");
    for (const char* from : {"+2348031234567", "12345", "ChuksFood", "Chuks 1-+_&", "A"})
        EXPECT_EQ(fault([&](Options& o) { o.from = from; }), "good") << from;
    for (const char* from : {"+", "+1", "+0123456", "+1234567890123456", "+1 500", "12",
                             "123456789", "Chuks Kitchen", "Ch\xc3\xbcks", "- -", "whatsapp:+1"})
        EXPECT_EQ(fault([&](Options& o) { o.from = from; }), "from") << from;
}

TEST(TwilioOptions, NoSecretInTheClear) {
    for (const char* url : {"https://api.twilio.com", "https://api.twilio.com/",
                            "https://api.dublin.ie1.twilio.com", "http://127.0.0.1:1"})
        EXPECT_EQ(fault([&](Options& o) { o.url = url; }), "good") << url;
    for (const char* url : {"", "api.twilio.com", "http://api.twilio.com",
                            "https://a:b@api.twilio.com", "https://api.twilio.com/?x=1"})
        EXPECT_EQ(fault([&](Options& o) { o.url = url; }), "url") << url;
    for (const std::string& secret : {""s, "a b"s, "a\r\nX: y"s, "\xc3\xa9"s})
        EXPECT_EQ(fault([&](Options& o) { o.secret = secret; }), "secret");
}

TEST(TwilioOptions, TheWholeIsNotShorterThanTheConnection) {
    EXPECT_EQ(fault([](Options& o) { o.timeout = 1s; }), "timeout");
}

}  // namespace
}  // namespace kitchen::twilio
