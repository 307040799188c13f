#include "webhook_signature.h"

#include <gtest/gtest.h>

namespace kitchen::webhook {
namespace {

// The example of the specification.
constexpr std::string_view secret_text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(WebhookSignature, IsThatOfTheSpecification) {
    const auto secret = parse_secret(secret_text);
    ASSERT_TRUE(secret);
    EXPECT_EQ(signatures({*secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                         R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, OneForEachSecret) {
    const std::string both =
        signatures({*parse_secret(secret_text), std::string(24, 'x')},
                   "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})");
    EXPECT_TRUE(both.starts_with("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,"));
    EXPECT_EQ(both.find(' '), both.rfind(' '));
}

TEST(WebhookSignature, SecretsAreLongEnoughAndWhole) {
    for (const char* text :
         {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
        EXPECT_FALSE(parse_secret(text)) << text;
    EXPECT_FALSE(parse_secret("whsec_" + std::string(88, 'A')));  // 66 bytes
    EXPECT_EQ(parse_secret("whsec_" + std::string(84, 'A'))->size(), 63u);
}

}  // namespace
}  // namespace kitchen::webhook
