#include "file_mailer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include <sys/resource.h>
#include <sys/stat.h>

#include "kitchen/testkit/fakes.h"
#include "mail_directory.h"

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
    static unsigned mode_of(const std::filesystem::path& path) {
        struct stat found {};
        EXPECT_EQ(::stat(path.c_str(), &found), 0);
        return found.st_mode & 07777;
    }

    MailDirectory directory;
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

TEST_F(FileMailerTest, OnlyTheOwnerMayRead) {
    open()->send(a_mail("k")).value();
    EXPECT_EQ(mode_of(directory.path()), 0700u);
    EXPECT_EQ(mode_of(directory.path() / directory.names()[0]), 0600u);
}

TEST_F(FileMailerTest, NamesSortByTime) {
    const auto mailer = open();
    for (int i = 0; i < 5; ++i) {
        Mail mail = a_mail("k" + std::to_string(i));
        mail.subject = "number " + std::to_string(i);
        mailer->send(mail).value();
        clock.advance(1ms);
    }
    const auto names = directory.names();
    ASSERT_EQ(names.size(), 5u);
    for (int i = 0; i < 5; ++i)
        EXPECT_NE(
            directory.read(names[static_cast<std::size_t>(i)]).find("number " + std::to_string(i)),
            std::string::npos);
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

TEST_F(FileMailerTest, OtherFilesInTheDirectoryAreLeftAlone) {
    std::filesystem::create_directories(directory.path());
    for (const char* name : {"README", ".eml", "x.eml", "-.eml", "20260101T120000.000Z-short.eml"})
        std::ofstream(directory.path() / name) << "mine";
    open()->send(a_mail("k")).value();
    EXPECT_EQ(directory.names().size(), 6u);
    EXPECT_EQ(directory.read("x.eml"), "mine");
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

TEST_F(FileMailerTest, ADirectoryThatCannotBeMadeIsUnavailable) {
    std::ofstream(directory.root() / "data") << "a file where a directory should be";
    FileMailer mailer(directory.path(), *mime::parse_mailbox("k@example.com"), clock, log);
    for (const Status& refused : {mailer.open(), mailer.send(a_mail("k")), mailer.check()}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unavailable);
        EXPECT_EQ(refused.error().code, "mail_directory_unwritable");
        EXPECT_EQ(refused.error().subject, "Not a directory");
    }
}

TEST_F(FileMailerTest, ADirectoryThatWentAwayIsMadeAgain) {
    const auto mailer = open();
    std::filesystem::remove_all(directory.root() / "data");
    EXPECT_FALSE(mailer->check());
    EXPECT_TRUE(mailer->send(a_mail("k")));
    EXPECT_TRUE(mailer->check());
    EXPECT_EQ(directory.names().size(), 1u);
}

// The limit on file sizes stands in for a full disk: the write fails half-way.
TEST_F(FileMailerTest, AWriteThatFailsLeavesNothingAndMayBeTriedAgain) {
    const auto mailer = open();
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
    const rlimit small{100, old_limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const Status failed = mailer->send(a_mail("k"));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
    std::signal(SIGXFSZ, old_handler);

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, Errc::unavailable);
    EXPECT_EQ(failed.error().subject, "File too large");
    EXPECT_TRUE(directory.names().empty());
    mailer->send(a_mail("k")).value();
    EXPECT_EQ(directory.names().size(), 1u);
}

TEST_F(FileMailerTest, WhatACrashLeftIsReplaced) {
    const auto mailer = open();
    mailer->send(a_mail("k")).value();
    const std::string name = directory.names()[0];
    const std::string temporary = "." + name.substr(name.find('-') + 1, 32) + ".tmp";
    std::filesystem::remove(directory.path() / name);
    std::ofstream(directory.path() / temporary) << "half a mai";
    open()->send(a_mail("k")).value();
    ASSERT_EQ(directory.names().size(), 1u);
    EXPECT_TRUE(directory.read(directory.names()[0]).ends_with("493817.\r\n"));
}

}  // namespace
}  // namespace kitchen
