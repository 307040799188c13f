#include "file_sms_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "message_directory.h"

namespace kitchen {
namespace {

class FileSmsSenderTest : public testing::Test {
protected:
    void SetUp() override { sender.open().value(); }
    static Sms an_sms(std::string key) {
        return {"+2348031234567", "Your code is 493817.", std::move(key)};
    }

    MessageDirectory directory;
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    FileSmsSender sender{directory.path(), clock, log};
};

TEST_F(FileSmsSenderTest, OneMessageIsOneFile) {
    sender.send(an_sms("signup:1")).value();
    ASSERT_EQ(directory.names().size(), 1u);
    const std::string name = directory.names()[0];
    EXPECT_THAT(name, testing::MatchesRegex("20260101T120000\\.000Z-[a-p]{32}\\.txt"));
    EXPECT_EQ(directory.read(name), "To: +2348031234567\n\nYour code is 493817.\n");
}

TEST_F(FileSmsSenderTest, TheLogTellsTheFileAndNothingOfTheMessage) {
    sender.send(an_sms("signup:secret-session")).value();
    EXPECT_TRUE(log.contains("sms written"));
    EXPECT_TRUE(log.contains(directory.names()[0]));
    for (const char* secret : {"493817", "803", "Your code", "secret-session"})
        EXPECT_FALSE(log.contains(secret)) << secret;
}

TEST_F(FileSmsSenderTest, ADirectoryThatWentAwayIsMadeAgain) {
    std::filesystem::remove_all(directory.root() / "data");
    EXPECT_EQ(sender.check().error().code, "sms_directory_unwritable");
    sender.send(an_sms("k")).value();
    EXPECT_TRUE(sender.check());
}

}  // namespace
}  // namespace kitchen
