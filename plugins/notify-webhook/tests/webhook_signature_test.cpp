#include "webhook_signature.h"

#include <gtest/gtest.h>

#include "public_address.h"

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

TEST(PublicAddress, IsOneOfTheInternetAtLarge) {
    for (const char* text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "11.0.0.1",
                             "100.63.0.1", "2606:4700::1111", "2a00:1450::1"})
        EXPECT_TRUE(is_public(*IpAddress::parse(text))) << text;
    for (const char* text : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.168.0.1",
                             "198.18.0.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:10.0.0.1",
                             "::10.0.0.1",
                             "64:ff9b::7f00:1",
                             "fc00::1",
                             "fdff::1",
                             "fe80::1",
                             "ff02::1",
                             "2002:7f00:1::1",
                             "2001:db8::1"})
        EXPECT_FALSE(is_public(*IpAddress::parse(text))) << text;
}

}  // namespace
}  // namespace kitchen::webhook
