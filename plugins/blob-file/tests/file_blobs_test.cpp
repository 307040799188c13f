#include "file_blobs.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen {
namespace {

using testkit::TemporaryDirectory;

struct Held {
    TemporaryDirectory directory;
    testkit::SeededRandom random;
    FileBlobs blobs{directory.path() / "a" / "b", random};
};

testkit::BlobsFactory factory() {
    return {"folder", []() -> std::shared_ptr<Blobs> {
                auto held = std::make_shared<Held>();
                held->blobs.start().value();
                return {held, &held->blobs};
            }};
}

class FileBlobsTest : public testing::Test {
protected:
    FileBlobsTest() {
        held.blobs.start().value();
        write(source, "hello");
    }
    static void write(const std::filesystem::path& file, const std::string& bytes) {
        std::ofstream(file, std::ios::binary) << bytes;
    }
    std::ptrdiff_t files_in_folder() const {
        return std::distance(std::filesystem::directory_iterator(folder), {});
    }

    Held held;
    const std::filesystem::path folder = held.directory.path() / "a" / "b",
                                source = held.directory.path() / "source";
};

TEST_F(FileBlobsTest, ABlobIsOneFileThatOnlyTheServerReads) {
    held.blobs.put("a.jpg", source).value();
    struct stat status {};
    ASSERT_EQ(::stat((folder / "a.jpg").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    EXPECT_EQ(files_in_folder(), 1) << "nothing else is left";
}

TEST_F(FileBlobsTest, LinksAndFoldersAreNoBlobs) {
    std::filesystem::create_symlink("/etc/passwd", folder / "link");
    std::filesystem::create_directory(folder / "folder");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    for (const char* name : {"link", "folder", "pipe"})
        EXPECT_EQ(held.blobs.open(name).error().code, "no_such_blob") << name;
    // What is put takes the place of the link, and does not go where it leads.
    std::filesystem::create_symlink(source, folder / "other");
    write(held.directory.path() / "second", "mine");
    held.blobs.put("other", held.directory.path() / "second").value();
    EXPECT_TRUE(
        std::filesystem::is_regular_file(std::filesystem::symlink_status(folder / "other")));
    EXPECT_EQ(std::filesystem::file_size(source), 5u);
}

TEST_F(FileBlobsTest, WhatAKilledProcessLeftIsDeletedAtTheNextStart) {
    write(folder / ".put-old", "half");
    write(folder / ".put-new", "half");
    std::filesystem::last_write_time(
        folder / ".put-old", std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
    held.blobs.put("kept", source).value();
    held.blobs.start().value();
    EXPECT_FALSE(std::filesystem::exists(folder / ".put-old"));
    EXPECT_TRUE(std::filesystem::exists(folder / ".put-new")) << "another process may write it";
    EXPECT_TRUE(std::filesystem::exists(folder / "kept"));
}

TEST_F(FileBlobsTest, ADiskWithoutRoomIsSaidAndTheOldBlobStays) {
    held.blobs.put("a", source).value();
    write(held.directory.path() / "large", std::string(200'000, 'x'));
    // A file may not grow further: to write(), as a full disk.
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{100'000, limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const Status refused = held.blobs.put("a", held.directory.path() / "large");
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, before);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::storage_full);
    EXPECT_EQ(refused.error().code, "blob_storage_full");
    EXPECT_EQ(held.blobs.open("a").value()->length(), 5u);
    EXPECT_EQ(files_in_folder(), 1);
}

TEST_F(FileBlobsTest, AFolderThatIsGoneIsSaid) {
    EXPECT_TRUE(held.blobs.check());
    std::filesystem::remove_all(folder);
    for (const Status& status :
         {held.blobs.check(), held.blobs.put("a", source), held.blobs.remove("a")}) {
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, "blob_folder_unusable");
        EXPECT_FALSE(status.error().subject.empty());
    }
    EXPECT_EQ(held.blobs.open("a").error().kind, Errc::unavailable);
}

TEST_F(FileBlobsTest, AFileInPlaceOfTheFolderIsRefused) {
    FileBlobs blobs(source, held.random);
    EXPECT_EQ(blobs.start().error().code, "blob_folder_unusable");
}

}  // namespace
}  // namespace kitchen

namespace kitchen::testkit {
INSTANTIATE_TEST_SUITE_P(BlobFile, BlobsConformance, testing::Values(factory()));
}  // namespace kitchen::testkit
