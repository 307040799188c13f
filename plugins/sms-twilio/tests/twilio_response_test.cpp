#include "twilio_response.h"

#include <gtest/gtest.h>

namespace kitchen::twilio {
namespace {

using std::chrono::seconds;

const std::string sid = "SM0123456789abcdef0123456789abcdef";

std::string error_body(int code) {
    return R"({"code":)" + std::to_string(code) +
           R"(,"message":"Not to +2348031234567","more_info":"https://…","status":0})";
}

TEST(TwilioResponse, ASidIsSuccess) {
    EXPECT_EQ(read_response({201, R"({"sid":")" + sid + R"(","status":"queued"})", {}}).value(),
              sid);
}

TEST(TwilioResponse, SuccessWithoutASidIsNotBelieved) {
    for (const std::string& body :
         {std::string(), std::string("{"), std::string("{}"), std::string(R"({"sid":7})"),
          std::string(R"({"sid":"SM\n"})"), std::string("[]"), std::string("<html>"),
          R"({"sid":")" + sid.substr(1) + "\\n\"}"}) {
        const auto response = read_response({200, body, {}});
        ASSERT_FALSE(response) << body;
        EXPECT_EQ(response.error().code, "sms_service_unreadable");
        EXPECT_EQ(response.error().kind, Errc::unavailable);
    }
}

struct TwilioResponseCase {
    long status;
    int code;
    Errc kind;
    const char* name;
};

// https://www.twilio.com/docs/api/errors, what can be said to such a request
TEST(TwilioResponse, EveryDocumentedErrorHasItsKind) {
    const TwilioResponseCase cases[] = {
        {400, 20001, Errc::unprocessable, "sms_refused"},
        {400, 21211, Errc::unprocessable, "sms_number_refused"},
        {400, 21217, Errc::unprocessable, "sms_number_refused"},
        {400, 21408, Errc::unprocessable, "sms_number_refused"},
        {403, 21408, Errc::unprocessable, "sms_number_refused"},
        {400, 21608, Errc::unprocessable, "sms_number_refused"},
        {400, 21610, Errc::unprocessable, "sms_number_refused"},
        {400, 21612, Errc::unprocessable, "sms_number_refused"},
        {400, 21614, Errc::unprocessable, "sms_number_refused"},
        {400, 21617, Errc::unprocessable, "sms_refused"},
        {400, 21619, Errc::unprocessable, "sms_refused"},
        {400, 90007, Errc::unprocessable, "sms_refused"},
        {400, 21212, Errc::unavailable, "sms_sender_refused"},
        {400, 21601, Errc::unavailable, "sms_sender_refused"},
        {400, 21603, Errc::unavailable, "sms_sender_refused"},
        {400, 21606, Errc::unavailable, "sms_sender_refused"},
        {400, 21607, Errc::unavailable, "sms_sender_refused"},
        {400, 21659, Errc::unavailable, "sms_sender_refused"},
        {400, 21660, Errc::unavailable, "sms_sender_refused"},
        {400, 21661, Errc::unavailable, "sms_sender_refused"},
        {404, 21701, Errc::unavailable, "sms_sender_refused"},
        {400, 21703, Errc::unavailable, "sms_sender_refused"},
        {400, 21705, Errc::unavailable, "sms_sender_refused"},
        {401, 20003, Errc::unavailable, "sms_credentials_refused"},
        {403, 20003, Errc::unavailable, "sms_credentials_refused"},
        {403, 20008, Errc::unavailable, "sms_credentials_refused"},
        {403, 10001, Errc::unavailable, "sms_credentials_refused"},
        {404, 20404, Errc::unavailable, "sms_service_unknown"},
        {405, 20004, Errc::unavailable, "sms_service_unknown"},
        {429, 20429, Errc::too_many_requests, "sms_rate_limited"},
        {429, 21611, Errc::too_many_requests, "sms_queue_full"},
        {400, 21611, Errc::too_many_requests, "sms_queue_full"},
        {429, 63038, Errc::too_many_requests, "sms_quota_exceeded"},
        {400, 21730, Errc::unavailable, "sms_service_failed"},
        {500, 20500, Errc::unavailable, "sms_service_failed"},
        {503, 20503, Errc::unavailable, "sms_service_failed"},
    };
    for (const TwilioResponseCase& c : cases) {
        const auto response = read_response({c.status, error_body(c.code), {}});
        ASSERT_FALSE(response) << c.code;
        EXPECT_EQ(response.error().kind, c.kind) << c.status << ' ' << c.code;
        EXPECT_EQ(response.error().code, c.name) << c.status << ' ' << c.code;
        EXPECT_EQ(response.error().subject, std::to_string(c.code));
        EXPECT_EQ(response.error().detail.find("803"), std::string::npos);
    }
}

TEST(TwilioResponse, WhatIsNotOfTheServiceIsJudgedByItsStatus) {
    for (const char* body : {"", "<html>502</html>", R"({"code":"21211"})", R"({"code":2.5})"}) {
        EXPECT_EQ(read_response({502, body, {}}).error().code, "sms_service_failed");
        EXPECT_EQ(read_response({502, body, {}}).error().subject, "502");
        EXPECT_EQ(read_response({302, body, {}}).error().code, "sms_service_unknown");
        EXPECT_EQ(read_response({400, body, {}}).error().kind, Errc::unprocessable);
        EXPECT_EQ(read_response({401, body, {}}).error().code, "sms_credentials_refused");
    }
}

TEST(TwilioResponse, RetryAfterIsTheServices) {
    const auto after = [](long status, int code, std::optional<seconds> said) {
        return read_response({status, error_body(code), said}).error().retry_after;
    };
    EXPECT_EQ(after(429, 20429, seconds(7)), seconds(7));
    EXPECT_EQ(after(429, 20429, {}), seconds(1));
    EXPECT_EQ(after(429, 21611, {}), seconds(60));
    EXPECT_EQ(after(429, 63038, {}), seconds(3600));
    EXPECT_EQ(after(503, 20503, seconds(30)), seconds(30));
    EXPECT_EQ(after(500, 20500, {}), std::nullopt);
    EXPECT_EQ(after(400, 21614, seconds(7)), std::nullopt);
}

}  // namespace
}  // namespace kitchen::twilio
