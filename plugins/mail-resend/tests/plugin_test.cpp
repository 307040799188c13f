// The plugin through the real loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/mailer.h"
#include "kitchen/testkit/test_kernel.h"
#include "resend_double.h"

namespace kitchen::resend {
namespace {

using testing::HasSubstr;

std::string yaml(const std::string& config) {
    return "plugins:\n  - id: mail-resend\n    config: {" + config + "}\n";
}

TEST(MailResendPlugin, Sends) {
    tests::ResendDouble service("re_secret");
    testkit::TestKernelOptions options;
    options.environment = {{"URL", service.base_url()}, {"KEY", "re_secret"}};
    testkit::TestKernel kernel(
        yaml("base_url: '${URL}/', api_key: !env KEY, from: 'Kitchen <k@example.com>'"), options);
    kernel.service<Mailer>().send({"ada@example.com", "Hello", "Hello\n", "", "k"}).value();
    EXPECT_EQ(service.mails_to("ada@example.com"), 1);
    for (const std::string& line : kernel.log_lines())
        EXPECT_EQ(line.find("re_secret"), std::string::npos) << line;
}

std::string refusal(const std::string& config) {
    try {
        testkit::TestKernel kernel(yaml(config));
    } catch (const std::runtime_error& refused) {
        return refused.what();
    }
    return "accepted";
}

TEST(MailResendPlugin, RefusesWhatCannotWork) {
    EXPECT_THAT(refusal("from: k@example.com"), HasSubstr("api_key"));
    EXPECT_THAT(refusal("api_key: re_x"), HasSubstr("from"));
    EXPECT_THAT(refusal("api_key: re_x, from: nobody"), HasSubstr("from: write it as"));
    const std::string clear =
        refusal("api_key: re_very_secret, from: k@example.com, base_url: 'http://mail.example'");
    EXPECT_THAT(clear, HasSubstr("base_url: must begin with https://"));
    EXPECT_EQ(clear.find("re_very_secret"), std::string::npos);
    EXPECT_THAT(refusal("api_key: re_x, from: k@example.com, timeout: 1ms"), HasSubstr("timeout"));
}

}  // namespace
}  // namespace kitchen::resend
