
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/json.h"
#include "kitchen/log.h"
#include "kitchen/testkit/fakes.h"
#include "observe/log_hub.h"

namespace kitchen::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Redaction, KnowsKeysOfSecrets) {
    for (const char* key : {"password", "new_password", "access_token", "otp", "api_key",
                            "authorization", "cookie", "client_secret"})
        EXPECT_TRUE(is_secret_key(key)) << key;
    for (const char* key :
         {"key", "code", "token_id", "user_id", "request_id", "password_length", ""})
        EXPECT_FALSE(is_secret_key(key)) << key;
}

TEST(Redaction, MasksPasswordsInUrls) {
    EXPECT_EQ(redact("connecting to postgresql://kitchen:s3cret@db:5432/kitchen failed"),
              "connecting to postgresql://kitchen:***@db:5432/kitchen failed");
    EXPECT_EQ(redact("redis://:s3cret@a and redis://u:o@ther@b"),
              "redis://:***@a and redis://u:***@b");
    EXPECT_EQ(redact("x://a:b@c"), "x://a:***@c");
    EXPECT_EQ(redact("x://a:@c"), "x://a:***@c");
    for (const char* plain : {"http://kitchen.example:8080/a@b", "http://user@host/",
                              "mail to ada@mail.example: no", "a://", "://:", ""}) {
        EXPECT_FALSE(has_credentials(plain)) << plain;
        EXPECT_EQ(redact(plain), plain);
    }
}

TEST(Redaction, HoldsInEveryLine) {
    testkit::ManualClock clock;
    const std::string url = "redis://:s3cret@cache";
    const std::vector<LogField> fields{
        {"access_token", "s3cret"}, {"otp", 123456}, {"url", url}, {"token_id", "family"}};
    for (const bool json : {false, true}) {
        const std::string line = format_line(json, clock.now(), LogLevel::info, "auth",
                                             "lost redis://:s3cret@cache", fields);
        EXPECT_THAT(line, Not(HasSubstr("s3cret")));
        EXPECT_THAT(line, Not(HasSubstr("123456")));
        EXPECT_THAT(line, HasSubstr("family"));
        EXPECT_THAT(line, HasSubstr("lost redis://:***@cache"));
        if (json) {
            EXPECT_EQ(parse_json(line).value_or(Json())["otp"], Json("***"));
        }
    }
}

}  // namespace
}  // namespace kitchen::observe
