#include "observe/stderr_sink.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::observe {
namespace {

class StderrSinkTest : public testing::Test {
protected:
    ~StderrSinkTest() override {
        for (const int end : ends)
            if (end >= 0) ::close(end);
    }
    /// All that is in the pipe now.
    std::string read_all() {
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        std::string text;
        char bytes[4096];
        for (ssize_t got; (got = ::read(ends[0], bytes, sizeof bytes)) > 0;)
            text.append(bytes, static_cast<std::size_t>(got));
        return text;
    }

    static std::array<int, 2> small_pipe() {
        std::array<int, 2> made{-1, -1};
        EXPECT_EQ(::pipe2(made.data(), O_CLOEXEC), 0);
        ::fcntl(made[1], F_SETPIPE_SZ, 16 * 1024);
        return made;
    }

    std::array<int, 2> ends = small_pipe();
    StderrSink sink{ends[1], [](std::uint64_t lines) { return std::to_string(lines) + " lost"; }};
};

TEST_F(StderrSinkTest, WritesLines) {
    sink.write("one");
    sink.write("");
    sink.write("three");
    EXPECT_EQ(read_all(), "one\n\nthree\n");
}

// It would wait for ever if it waited for the reader.
TEST_F(StderrSinkTest, LosesWhatNobodyReadsAndTellsOfItAfterwards) {
    for (int i = 0; i < 100; ++i) sink.write(std::string(1000, 'x'));
    const std::string before = read_all();
    EXPECT_GE(before.size(), 1001u);
    sink.write("here again");
    const std::string after = read_all();
    const long written = std::count(before.begin(), before.end(), '\n');
    EXPECT_THAT(after, testing::EndsWith(std::to_string(100 - written) + " lost\nhere again\n"));
    sink.write("as usual");
    EXPECT_EQ(read_all(), "as usual\n");
}

TEST_F(StderrSinkTest, ALineThatWasCutEndsBeforeTheNext) {
    sink.write("start " + std::string(200'000, 'x'));
    EXPECT_THAT(read_all(), testing::StartsWith("start xxx"));
    sink.write("next");
    EXPECT_EQ(read_all(), "\n1 lost\nnext\n");
}

TEST_F(StderrSinkTest, CountsTheLinesOfABatchThatWereLost) {
    std::string batch;
    for (int i = 0; i < 100; ++i) batch += std::string(999, 'x') + '\n';
    batch.pop_back();
    sink.write(batch);
    const std::string before = read_all();
    sink.write("here\nagain");
    const long written = std::count(before.begin(), before.end(), '\n');
    EXPECT_THAT(read_all(),
                testing::EndsWith(std::to_string(100 - written) + " lost\nhere\nagain\n"));
    sink.note_lost(3);
    sink.write("more");
    EXPECT_EQ(read_all(), "3 lost\nmore\n");
}

TEST_F(StderrSinkTest, OutlivesItsReader) {
    ::signal(SIGPIPE, SIG_IGN);
    ::close(std::exchange(ends[0], -1));
    for (int i = 0; i < 10; ++i) sink.write("to nobody");
}

}  // namespace
}  // namespace kitchen::observe
