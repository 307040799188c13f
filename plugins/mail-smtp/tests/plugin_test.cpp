// The plugin through the real loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/mailer.h"
#include "kitchen/testkit/test_kernel.h"
#include "smtp_server.h"

namespace kitchen::smtp {
namespace {

using testing::HasSubstr;

std::string yaml(const std::string& config) {
    return "plugins:\n  - id: mail-smtp\n    config: {" + config + "}\n";
}

TEST(MailSmtpPlugin, Sends) {
    tests::SmtpServer server;
    testkit::TestKernel kernel(yaml("host: localhost, port: " + std::to_string(server.port()) +
                                    ", security: none, from: 'Kitchen <k@example.com>'"));
    kernel.service<Mailer>().send({"ada@example.com", "Hello", "Hello\n", "", "k"}).value();
    EXPECT_EQ(server.mails_to("ada@example.com"), 1);
}

std::string refusal(const std::string& config) {
    try {
        testkit::TestKernel kernel(yaml(config));
    } catch (const std::runtime_error& refused) {
        return refused.what();
    }
    return "accepted";
}

TEST(MailSmtpPlugin, RefusesWhatCannotWork) {
    EXPECT_THAT(refusal("from: k@example.com"), HasSubstr("host"));
    EXPECT_THAT(refusal("host: localhost, from: nobody"), HasSubstr("from: write it as"));
    EXPECT_THAT(refusal("host: mx.example.com, from: k@example.com, security: none"),
                HasSubstr("security: none is for a server on this machine"));
    EXPECT_THAT(refusal("host: mx.example.com, from: k@example.com, security: ssl"),
                HasSubstr("security"));
    const std::string lonely =
        refusal("host: mx.example.com, from: k@example.com, password: very-secret");
    EXPECT_THAT(lonely, HasSubstr("username"));
    EXPECT_EQ(lonely.find("very-secret"), std::string::npos);
}

}  // namespace
}  // namespace kitchen::smtp
