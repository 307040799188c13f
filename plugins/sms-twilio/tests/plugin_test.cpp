// The plugin through the real loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/sms.h"
#include "kitchen/testkit/test_kernel.h"
#include "twilio_double.h"

namespace kitchen::twilio {
namespace {

using testing::HasSubstr;
using Double = tests::TwilioDouble;

std::string yaml(const std::string& config) {
    return "plugins:\n  - id: sms-twilio\n    config: {account_sid: " +
           std::string(Double::account_sid) + config + "}\n";
}

TEST(SmsTwilioPlugin, Sends) {
    Double service;
    testkit::TestKernelOptions options;
    options.environment = {{"URL", service.url()}, {"SECRET", Double::api_secret}};
    testkit::TestKernel kernel(
        yaml(", api_key_sid: " + std::string(Double::api_key_sid) +
             ", url: '${URL}', secret: !env SECRET, from: '" + Double::from + "'"),
        options);
    kernel.service<SmsSender>().send({"+2348031234567", "Hello", "k"}).value();
    EXPECT_EQ(service.texts_to("+2348031234567"), std::vector<std::string>{"Hello"});
    for (const std::string& line : kernel.log_lines())
        EXPECT_EQ(line.find(Double::api_secret), std::string::npos) << line;
}

TEST(SmsTwilioPlugin, HealthTellsThatTheCredentialsAreRefused) {
    Double service;
    testkit::TestKernel kernel(
        yaml(", secret: wrong, url: '" + service.url() + "', from: '" + Double::from + "'"));
    EXPECT_FALSE(kernel.service<SmsSender>().send({"+2348031234567", "Hello", "k"}));
    const auto health = kernel.client().get("/health/");
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(health.json["status"].as_string(), "degraded");
    EXPECT_THAT(health.body, HasSubstr("Check account_sid"));
    EXPECT_EQ(health.body.find("803123"), std::string::npos);
}

std::string refusal(const std::string& config) {
    try {
        testkit::TestKernel kernel(yaml(config));
    } catch (const std::runtime_error& refused) {
        return refused.what();
    }
    return "accepted";
}

TEST(SmsTwilioPlugin, RefusesWhatCannotWork) {
    EXPECT_THAT(refusal(", from: '+15005550006'"), HasSubstr("secret"));
    EXPECT_THAT(refusal(", secret: x"), HasSubstr("either from or messaging_service_sid"));
    const std::string clear =
        refusal(", secret: very_secret, from: Chuks, url: 'http://api.example'");
    EXPECT_THAT(clear, HasSubstr("url: must begin with https://"));
    EXPECT_EQ(clear.find("very_secret"), std::string::npos);
    EXPECT_THAT(refusal(", secret: x, from: Chuks, validity: 11h"), HasSubstr("validity"));
}

}  // namespace
}  // namespace kitchen::twilio
