#include "http/uploads/temporary_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include <gtest/gtest.h>

#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::http {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

class TemporaryFolderTest : public testing::Test {
protected:
    const testkit::TemporaryDirectory parent_;
};

TEST_F(TemporaryFolderTest, FilesArePrivateAndGoWithTheirOwner) {
    TemporaryFolder folder(parent_.path() / "made", 1000);
    struct stat status {};
    {
        auto file = folder.create().value();
        ASSERT_TRUE(file->write("abc"));
        ASSERT_TRUE(file->close());
        EXPECT_EQ(file->size(), 3u);
        EXPECT_EQ(folder.bytes(), 3u);
        ASSERT_EQ(::stat(file->path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u);
        EXPECT_EQ(status.st_size, 3);
        ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0700u);
    }
    EXPECT_EQ(entries(folder.path()), 0u);
    EXPECT_EQ(folder.bytes(), 0u);
}

TEST_F(TemporaryFolderTest, ARenamedFileStays) {
    const fs::path kept = parent_.path() / "kept";
    {
        TemporaryFolder folder(parent_.path(), 1000);
        auto file = folder.create().value();
        ASSERT_TRUE(file->write("abc"));
        fs::rename(file->path(), kept);
    }
    EXPECT_EQ(fs::file_size(kept), 3u);
    EXPECT_EQ(entries(parent_.path()), 1u);
}

TEST_F(TemporaryFolderTest, TheTotalIsLimited) {
    TemporaryFolder folder(parent_.path(), 10);
    auto first = folder.create().value();
    auto second = folder.create().value();
    EXPECT_TRUE(first->write("123456"));
    const Status refused = second->write("12345");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "uploads_full");
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_TRUE(second->write("1234"));
    first.reset();
    EXPECT_TRUE(second->write("123456"));
}

TEST_F(TemporaryFolderTest, AFullDiskIsStorageFull) {
    TemporaryFolder folder(parent_.path(), 1000);
    TemporaryFolder::File file(folder, "/dev/full-is-not-deleted-here",
                               UniqueFd(::open("/dev/full", O_WRONLY)));
    const Status refused = file.write("x");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::storage_full);
}

TEST_F(TemporaryFolderTest, TheNextStartSweepsWhatAKilledProcessLeft) {
    const pid_t child = ::fork();
    if (child == 0) {
        TemporaryFolder folder(parent_.path(), 1000);
        auto file = folder.create();
        (void)(*file)->write("abc");
        ::kill(::getpid(), SIGKILL);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ASSERT_EQ(entries(parent_.path()), 1u) << "the child made its folder";

    TemporaryFolder living(parent_.path(), 1000);
    auto file = living.create().value();
    EXPECT_EQ(entries(parent_.path()), 1u) << "what the child left is gone";
    fs::create_directory(parent_.path() / "of-others");
    const TemporaryFolder another(parent_.path(), 1000);
    EXPECT_TRUE(fs::exists(file->path())) << "what a living process holds stays";
    EXPECT_EQ(entries(parent_.path()), 3u);
}

TEST_F(TemporaryFolderTest, AFolderThatCannotBeMadeIsNamed) {
    std::ofstream(parent_.path() / "file") << "x";
    try {
        const TemporaryFolder folder(parent_.path() / "file", 1000);
        FAIL() << "no exception";
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find((parent_.path() / "file").native()), std::string::npos)
            << e.what();
    }
}

TEST_F(TemporaryFolderTest, NothingIsLeftOfAFolderThatCannotBeHeld) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    std::string said;
    try {
        const TemporaryFolder folder(parent_.path(), 1000);
    } catch (const std::runtime_error& e) {
        said = e.what();
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(said.ends_with(": Too many open files")) << said;
    EXPECT_EQ(entries(parent_.path()), 0u);
}

}  // namespace
}  // namespace kitchen::http
