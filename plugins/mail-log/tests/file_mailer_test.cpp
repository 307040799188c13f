#include "file_mailer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "kitchen/testkit/fakes.h"
#include "message_directory.h"

namespace kitchen {
namespace {

using namespace std::chrono_literals;

class FileMailerTest : public testing::Test {
protected:
    std::unique_ptr<FileMailer> open() {
        auto mailer = std::make_unique<FileMailer>(
            directory.path(), *mime::parse_mailbox("Kitchen <k@example.com>"), clock, log);
        mailer->open().value();
        return mailer;
    }
    static Mail a_mail(std::string key) {
        return {"ada@example.com", "The subject", "Your code is 493817.\n", "", std::move(key)};
    }

    MessageDirectory directory;
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
};

TEST_F(FileMailerTest, OneMailIsOneFile) {
    open()->send(a_mail("signup:1")).value();
    ASSERT_EQ(directory.names().size(), 1u);
    const std::string name = directory.names()[0];
    EXPECT_THAT(name, testing::MatchesRegex("20260101T120000\\.000Z-[a-p]{32}\\.eml"));
    const std::string mail = directory.read(name);
    EXPECT_TRUE(mail.starts_with(
        "Date: Thu, 01 Jan 2026 12:00:00 +0000\r\nFrom: Kitchen <k@example.com>\r\n"));
    EXPECT_TRUE(mail.ends_with("\r\n\r\nYour code is 493817.\r\n"));
}

TEST_F(FileMailerTest, TheCodeIsTheOnlyRunOfSixDigits) {
    const auto mailer = open();
    for (int i = 0; i < 50; ++i) mailer->send(a_mail("signup:" + std::to_string(i))).value();
    for (const std::string& name : directory.names()) {
        int runs = 0;
        int length = 0;
        for (const char c : directory.read(name)) {
            length = c >= '0' && c <= '9' ? length + 1 : 0;
            if (length == 6) ++runs;
        }
        EXPECT_EQ(runs, 1);
    }
}

TEST_F(FileMailerTest, AKeyIsKnownAfterARestart) {
    open()->send(a_mail("k")).value();
    clock.advance(1h);
    const auto again = open();
    again->send(a_mail("k")).value();
    EXPECT_EQ(directory.names().size(), 1u);
    again->send(a_mail("another")).value();
    EXPECT_EQ(directory.names().size(), 2u);
}

TEST_F(FileMailerTest, TheLogTellsTheFileAndNothingOfTheMail) {
    open()->send(a_mail("signup:secret-session")).value();
    EXPECT_TRUE(log.contains(directory.names()[0]));
    for (const char* secret : {"493817", "ada@", "subject", "Your code", "secret-session"})
        EXPECT_FALSE(log.contains(secret)) << secret;
}

TEST_F(FileMailerTest, AMailWithoutAKeyIsRefused) {
    const auto mailer = open();
    EXPECT_EQ(mailer->send(a_mail("")).error().code, "mail_key_missing");
    EXPECT_TRUE(directory.names().empty());
}

}  // namespace
}  // namespace kitchen
