// The contract of blob/1 as tests.
#include "kitchen/testkit/conformance.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "kitchen/testkit/temporary_directory.h"
#include "kitchen/unique_fd.h"

namespace kitchen::testkit {

using namespace std::string_literals;

void PrintTo(const BlobsFactory& factory, std::ostream* out) { *out << factory.name; }

// A test that links the testkit for something else needs no backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BlobsConformance);

void BlobsConformance::SetUp() { blobs = GetParam().make(); }

namespace {

/// A file with these bytes.
class Source {
public:
    explicit Source(const std::string& bytes) {
        std::ofstream(path(), std::ios::binary).write(bytes.data(), std::ssize(bytes));
    }
    std::filesystem::path path() const { return directory_.path() / "source"; }

private:
    TemporaryDirectory directory_;
};

Status put(Blobs& blobs, const std::string& name, const std::string& bytes) {
    return blobs.put(name, Source(bytes).path());
}

std::string bytes_of(const http::FileBody& body) {
    std::string bytes(body.length(), '\0');
    std::size_t got = 0;
    while (got < bytes.size()) {
        const ssize_t more = ::pread(body.descriptor(), bytes.data() + got, bytes.size() - got,
                                     static_cast<off_t>(body.offset() + got));
        if (more <= 0) throw std::runtime_error("the blob ends early");
        got += static_cast<std::size_t>(more);
    }
    return bytes;
}

std::string bytes_at(Blobs& blobs, const std::string& name, BlobRange range = {}) {
    return bytes_of(*blobs.open(name, range).value());
}

/// The code of the error; "" for a success.
template <class T>
std::string code_of(const Result<T>& result) {
    return result ? std::string() : result.error().code;
}

std::string some_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) {
        state = state * 1'664'525 + 1'013'904'223;
        byte = static_cast<char>(state >> 24);
    }
    return bytes;
}

}  // namespace

TEST_P(BlobsConformance, WhatIsPutIsOpened) {
    const std::string all_bytes = [] {
        std::string bytes;
        for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
        return bytes;
    }();
    for (const std::string& bytes :
         {"hello"s, ""s, "\r\n\r\n"s, all_bytes, some_bytes(3'000'017)}) {
        put(*blobs, "a.bin", bytes).value();
        EXPECT_TRUE(bytes_at(*blobs, "a.bin") == bytes) << bytes.size();
    }
}

TEST_P(BlobsConformance, TheSourceStays) {
    const Source source("hello");
    blobs->put("a", source.path()).value();
    std::ofstream(source.path(), std::ios::app) << " again";
    EXPECT_EQ(bytes_at(*blobs, "a"), "hello");
    blobs->put("b", source.path()).value();
    EXPECT_EQ(bytes_at(*blobs, "b"), "hello again");
}

TEST_P(BlobsConformance, NamesAreKeptApart) {
    const std::string longest(Blobs::longest_name, 'x');
    const std::vector<std::string> names = {"a", "a.jpg", "a-1", "a_1", "0", "a..b", longest};
    for (const std::string& name : names) put(*blobs, name, "of " + name).value();
    for (const std::string& name : names) EXPECT_EQ(bytes_at(*blobs, name), "of " + name);
}

TEST_P(BlobsConformance, OtherNamesAreRefused) {
    for (const std::string& name :
         {""s, "."s, ".."s, ".hidden"s, "-a"s, "_a"s, "a/b"s, "../a"s, "/etc/passwd"s, "A"s, "a b"s,
          "a%2e"s, "a\0b"s, "a\n"s, "é"s, "a?b"s, std::string(Blobs::longest_name + 1, 'x')}) {
        EXPECT_EQ(code_of(put(*blobs, name, "x")), "blob_name_refused") << name;
        EXPECT_EQ(code_of(blobs->open(name)), "blob_name_refused") << name;
        EXPECT_EQ(code_of(blobs->remove(name)), "blob_name_refused") << name;
    }
}

TEST_P(BlobsConformance, WhatIsNotThereIsSaid) {
    const auto missing = blobs->open("nothing");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, Errc::not_found);
    EXPECT_EQ(missing.error().code, "no_such_blob");
}

TEST_P(BlobsConformance, RemovingTwiceIsASuccess) {
    put(*blobs, "a", "hello").value();
    EXPECT_TRUE(blobs->remove("a"));
    EXPECT_EQ(code_of(blobs->open("a")), "no_such_blob");
    EXPECT_TRUE(blobs->remove("a"));
    put(*blobs, "a", "again").value();
    EXPECT_EQ(bytes_at(*blobs, "a"), "again");
}

TEST_P(BlobsConformance, APartOfIt) {
    put(*blobs, "letters", "abcdefghij").value();
    EXPECT_EQ(bytes_at(*blobs, "letters", {0, 3}), "abc");
    EXPECT_EQ(bytes_at(*blobs, "letters", {3, 4}), "defg");
    EXPECT_EQ(bytes_at(*blobs, "letters", {9, 1}), "j");
    EXPECT_EQ(bytes_at(*blobs, "letters", {8, 100}), "ij");
    EXPECT_EQ(bytes_at(*blobs, "letters", {4, UINT64_MAX}), "efghij");
    for (const std::uint64_t behind : {std::uint64_t{10}, std::uint64_t{11}, UINT64_MAX - 1}) {
        const auto refused = blobs->open("letters", {behind, 1});
        ASSERT_FALSE(refused) << behind;
        EXPECT_EQ(refused.error().kind, Errc::range_not_satisfiable);
        EXPECT_EQ(refused.error().code, "blob_range_refused");
    }
    put(*blobs, "empty", "").value();
    EXPECT_EQ(bytes_at(*blobs, "empty", {0, 5}), "");
    EXPECT_EQ(code_of(blobs->open("empty", {1, 5})), "blob_range_refused");
    EXPECT_EQ(code_of(blobs->open("nothing", {1, 5})), "no_such_blob");
}

TEST_P(BlobsConformance, WhatWasOpenedStaysAsItWas) {
    put(*blobs, "a", "first").value();
    const auto first = blobs->open("a").value();
    put(*blobs, "a", "the second one").value();
    const auto second = blobs->open("a").value();
    blobs->remove("a").value();
    EXPECT_EQ(bytes_of(*first), "first");
    EXPECT_EQ(bytes_of(*second), "the second one");
}

TEST_P(BlobsConformance, SourcesThatCannotBeKept) {
    const TemporaryDirectory directory;
    put(*blobs, "a", "before").value();
    EXPECT_EQ(code_of(blobs->put("a", directory.path() / "gone")), "blob_source_unreadable");
    EXPECT_EQ(code_of(blobs->put("a", directory.path())), "blob_source_unreadable");
    const Source huge("");
    {
        const UniqueFd file(::open(huge.path().c_str(), O_WRONLY | O_CLOEXEC));
        ASSERT_EQ(::ftruncate(file.get(), static_cast<off_t>(Blobs::largest + 1)), 0);
    }
    EXPECT_EQ(code_of(blobs->put("a", huge.path())), "blob_too_large");
    EXPECT_EQ(bytes_at(*blobs, "a"), "before");
}

TEST_P(BlobsConformance, WritersOfOneNameFollowEachOther) {
    std::vector<std::future<bool>> writers;
    for (char letter = 'a'; letter < 'i'; ++letter)
        writers.push_back(std::async(std::launch::async, [this, letter] {
            bool all = true;
            for (int i = 0; i < 5; ++i)
                all &= put(*blobs, "shared", std::string(100'000, letter)).has_value();
            return all;
        }));
    put(*blobs, "shared", std::string(100'000, 'z')).value();
    for (int i = 0; i < 20; ++i) {
        const std::string seen = bytes_at(*blobs, "shared");
        EXPECT_EQ(seen.size(), 100'000u);
        EXPECT_EQ(seen.find_first_not_of(seen[0]), std::string::npos);
    }
    for (auto& writer : writers) EXPECT_TRUE(writer.get());
}

}  // namespace kitchen::testkit
