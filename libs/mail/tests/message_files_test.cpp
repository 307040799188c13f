#include "message_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include <sys/resource.h>
#include <sys/stat.h>

#include "idempotency_keys.h"
#include "kitchen/testkit/fakes.h"
#include "message_directory.h"

namespace kitchen {
namespace {

using namespace std::chrono_literals;

class MessageFilesTest : public testing::Test {
protected:
    std::unique_ptr<MessageFiles> make() {
        return std::make_unique<MessageFiles>(directory.path(), "mail", ".eml", log);
    }
    std::unique_ptr<MessageFiles> open() {
        auto files = make();
        files->open().value();
        return files;
    }
    Status write(MessageFiles& files, const std::string& key, const std::string& text = "whole\n") {
        return files.write(key_digest(key), clock.now(), text);
    }
    static unsigned mode_of(const std::filesystem::path& path) {
        struct stat found {};
        EXPECT_EQ(::stat(path.c_str(), &found), 0);
        return found.st_mode & 07777;
    }

    MessageDirectory directory;
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
};

TEST_F(MessageFilesTest, OneMessageIsOneFile) {
    write(*open(), "k").value();
    ASSERT_EQ(directory.names().size(), 1u);
    const std::string name = directory.names()[0];
    EXPECT_EQ(name, "20260101T120000.000Z-" + key_digest("k") + ".eml");
    EXPECT_EQ(directory.read(name), "whole\n");
    EXPECT_TRUE(log.contains("mail written"));
    EXPECT_TRUE(log.contains(name));
}

TEST_F(MessageFilesTest, OnlyTheOwnerMayRead) {
    write(*open(), "k").value();
    EXPECT_EQ(mode_of(directory.path()), 0700u);
    EXPECT_EQ(mode_of(directory.path() / directory.names()[0]), 0600u);
}

TEST_F(MessageFilesTest, NamesSortByTime) {
    const auto files = open();
    for (int i = 0; i < 5; ++i) {
        write(*files, "k" + std::to_string(i), std::to_string(i)).value();
        clock.advance(1ms);
    }
    const auto names = directory.names();
    ASSERT_EQ(names.size(), 5u);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(directory.read(names[i]), std::to_string(i));
}

TEST_F(MessageFilesTest, AKeyIsKnownAfterARestart) {
    write(*open(), "k").value();
    clock.advance(1h);
    const auto again = open();
    write(*again, "k").value();
    EXPECT_EQ(directory.names().size(), 1u);
    write(*again, "another").value();
    EXPECT_EQ(directory.names().size(), 2u);
}

TEST_F(MessageFilesTest, OtherFilesInTheDirectoryAreLeftAlone) {
    std::filesystem::create_directories(directory.path());
    for (const char* name : {"README", ".eml", "x.eml", "-.eml", "20260101T120000.000Z-short.eml"})
        std::ofstream(directory.path() / name) << "mine";
    write(*open(), "k").value();
    EXPECT_EQ(directory.names().size(), 6u);
    EXPECT_EQ(directory.read("x.eml"), "mine");
}

TEST_F(MessageFilesTest, ADirectoryThatCannotBeMadeIsUnavailable) {
    std::ofstream(directory.root() / "data") << "a file where a directory should be";
    const auto files = make();
    for (const Status& refused : {files->open(), write(*files, "k"), files->check()}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unavailable);
        EXPECT_EQ(refused.error().code, "mail_directory_unwritable");
        EXPECT_EQ(refused.error().subject, "Not a directory");
    }
}

TEST_F(MessageFilesTest, ADirectoryThatWentAwayIsMadeAgain) {
    const auto files = open();
    std::filesystem::remove_all(directory.root() / "data");
    EXPECT_FALSE(files->check());
    EXPECT_TRUE(write(*files, "k"));
    EXPECT_TRUE(files->check());
    EXPECT_EQ(directory.names().size(), 1u);
}

// The limit on file sizes stands in for a full disk: the write fails half-way.
TEST_F(MessageFilesTest, AWriteThatFailsLeavesNothingAndMayBeTriedAgain) {
    const auto files = open();
    const std::string text(1000, 'x');
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
    const rlimit small{100, old_limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const Status failed = write(*files, "k", text);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
    std::signal(SIGXFSZ, old_handler);

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, Errc::unavailable);
    EXPECT_EQ(failed.error().subject, "File too large");
    EXPECT_TRUE(directory.names().empty());
    write(*files, "k", text).value();
    EXPECT_EQ(directory.names().size(), 1u);
}

TEST_F(MessageFilesTest, WhatACrashLeftIsReplaced) {
    std::filesystem::create_directories(directory.path());
    std::ofstream(directory.path() / ("." + key_digest("k") + ".tmp")) << "half a mai";
    write(*open(), "k").value();
    ASSERT_EQ(directory.names().size(), 1u);
    EXPECT_EQ(directory.read(directory.names()[0]), "whole\n");
}

}  // namespace
}  // namespace kitchen
