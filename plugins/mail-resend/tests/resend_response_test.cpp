#include "resend_response.h"

#include <gtest/gtest.h>

namespace kitchen::resend {
namespace {

using std::chrono::seconds;

std::string error_body(const std::string& name) {
    return R"({"statusCode":0,"message":"To ada@example.com: no.","name":")" + name + "\"}";
}

TEST(CachedResponse, AnIdIsSuccess) {
    EXPECT_EQ(read_response({200, R"({"id":"49a3999c"})", {}}).value(), "49a3999c");
    EXPECT_EQ(read_response({201, R"({"id":"49a3999c","more":1})", {}}).value(), "49a3999c");
}

TEST(CachedResponse, AKeyThatWasUsedForAnotherMailIsSuccess) {
    EXPECT_EQ(read_response({409, error_body("invalid_idempotent_request"), {}}).value(), "");
}

TEST(CachedResponse, SuccessWithoutAnIdIsNotBelieved) {
    for (const char* body : {"", "{", "{}", R"({"id":""})", R"({"id":7})", "[]", "<html>"}) {
        const auto response = read_response({200, body, {}});
        ASSERT_FALSE(response) << body;
        EXPECT_EQ(response.error().code, "mail_service_unreadable");
        EXPECT_EQ(response.error().kind, Errc::unavailable);
    }
}

struct ResendResponseCase {
    long status;
    const char* name;
    Errc kind;
    const char* code;
};

// https://resend.com/docs/api-reference/errors, all that can be said to POST /emails
TEST(CachedResponse, EveryDocumentedErrorHasItsKind) {
    const ResendResponseCase cases[] = {
        {400, "invalid_idempotency_key", Errc::unprocessable, "mail_refused"},
        {400, "validation_error", Errc::unprocessable, "mail_refused"},
        {401, "missing_api_key", Errc::unavailable, "mail_key_refused"},
        {401, "restricted_api_key", Errc::unavailable, "mail_key_refused"},
        {403, "invalid_api_key", Errc::unavailable, "mail_key_refused"},
        {403, "validation_error", Errc::unavailable, "mail_sender_refused"},
        {404, "not_found", Errc::unavailable, "mail_service_unknown"},
        {405, "method_not_allowed", Errc::unavailable, "mail_service_unknown"},
        {409, "concurrent_idempotent_requests", Errc::unavailable, "mail_in_progress"},
        {422, "invalid_attachment", Errc::unprocessable, "mail_refused"},
        {422, "invalid_from_address", Errc::unavailable, "mail_sender_refused"},
        {422, "invalid_parameter", Errc::unprocessable, "mail_refused"},
        {422, "missing_required_field", Errc::unprocessable, "mail_refused"},
        {422, "validation_error", Errc::unprocessable, "mail_refused"},
        {429, "monthly_quota_exceeded", Errc::too_many_requests, "mail_quota_exceeded"},
        {429, "daily_quota_exceeded", Errc::too_many_requests, "mail_quota_exceeded"},
        {429, "rate_limit_exceeded", Errc::too_many_requests, "mail_rate_limited"},
        {451, "security_error", Errc::unprocessable, "mail_refused"},
        {500, "application_error", Errc::unavailable, "mail_service_failed"},
        {500, "internal_server_error", Errc::unavailable, "mail_service_failed"},
    };
    for (const ResendResponseCase& c : cases) {
        const auto response = read_response({c.status, error_body(c.name), {}});
        ASSERT_FALSE(response) << c.name;
        EXPECT_EQ(response.error().kind, c.kind) << c.status << ' ' << c.name;
        EXPECT_EQ(response.error().code, c.code) << c.status << ' ' << c.name;
        EXPECT_EQ(response.error().subject, c.name);
        EXPECT_EQ(response.error().detail.find("ada@"), std::string::npos);
    }
}

TEST(CachedResponse, WhatIsNotOfTheServiceIsJudgedByItsStatus) {
    for (const char* body : {"", "<html>502</html>", R"({"name":7})", R"({"name":"UPPER\n"})"}) {
        EXPECT_EQ(read_response({502, body, {}}).error().code, "mail_service_failed");
        EXPECT_EQ(read_response({502, body, {}}).error().subject, "502");
        EXPECT_EQ(read_response({302, body, {}}).error().code, "mail_service_unknown");
        EXPECT_EQ(read_response({413, body, {}}).error().kind, Errc::unprocessable);
        EXPECT_EQ(read_response({409, body, {}}).error().kind, Errc::unavailable);
    }
}

TEST(CachedResponse, RetryAfterIsTheServices) {
    EXPECT_EQ(
        read_response({429, error_body("rate_limit_exceeded"), seconds(7)}).error().retry_after,
        seconds(7));
    EXPECT_EQ(read_response({429, error_body("rate_limit_exceeded"), {}}).error().retry_after,
              seconds(1));
    EXPECT_EQ(read_response({429, error_body("daily_quota_exceeded"), {}}).error().retry_after,
              seconds(3600));
    EXPECT_EQ(read_response({503, "", seconds(30)}).error().retry_after, seconds(30));
    EXPECT_EQ(read_response({500, "", {}}).error().retry_after, std::nullopt);
    EXPECT_EQ(read_response({422, error_body("validation_error"), seconds(7)}).error().retry_after,
              std::nullopt);
}

}  // namespace
}  // namespace kitchen::resend
