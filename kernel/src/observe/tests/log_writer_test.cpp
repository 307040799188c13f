#include "observe/log_writer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace kitchen::observe {
namespace {

class LogWriterTest : public testing::Test {
protected:
    LogWriterTest() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
    ~LogWriterTest() override {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    /// Until the end of what is written by then.
    std::string read_lines(std::size_t lines) {
        std::string text;
        char bytes[4096];
        while (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) < lines) {
            const ssize_t got = ::read(ends[0], bytes, sizeof bytes);
            if (got <= 0) break;
            text.append(bytes, static_cast<std::size_t>(got));
        }
        return text;
    }
    static std::string lost(std::uint64_t lines) { return std::to_string(lines) + " lost"; }

    std::array<int, 2> ends{-1, -1};
};

TEST_F(LogWriterTest, WritesWithoutBeingAsked) {
    LogWriter writer(ends[1], lost);
    writer.write("one");
    EXPECT_EQ(read_lines(1), "one\n");
    writer.write("two");
    EXPECT_EQ(read_lines(1), "two\n");
}

TEST_F(LogWriterTest, ItsEndWritesAllThatWaits) {
    constexpr int threads = 4, lines = 500;
    std::thread reader;
    std::string text;
    {
        LogWriter writer(ends[1], lost);
        reader = std::thread([&] { text = read_lines(threads * lines); });
        std::vector<std::thread> all;
        for (int t = 0; t < threads; ++t)
            all.emplace_back([&, t] {
                for (int i = 0; i < lines; ++i)
                    writer.write(std::to_string(t) + ' ' + std::to_string(i));
            });
        for (std::thread& thread : all) thread.join();
    }
    reader.join();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), threads * lines);
    EXPECT_THAT(text, testing::HasSubstr("3 499\n"));
}

TEST_F(LogWriterTest, WhatWaitsIsBoundedAndTheRestCounted) {
    std::optional<LogWriter> writer(std::in_place, ends[1], lost);
    const std::string line(100'000, 'x');
    for (int i = 0; i < 100; ++i) writer->write(line);
    std::atomic<bool> is_told{false};
    std::thread reader([&] {
        std::string text;
        while (text.find(" lost\n") == std::string::npos) text = read_lines(1);
        is_told = true;
        for (char bytes[4096]; ::read(ends[0], bytes, sizeof bytes) > 0;) {}
    });
    while (!is_told) {
        writer->write("here again");
        std::this_thread::yield();
    }
    writer.reset();
    ::close(std::exchange(ends[1], -1));
    reader.join();
}

TEST_F(LogWriterTest, WithoutALineThereIsNoThread) { const LogWriter writer(ends[1], lost); }

}  // namespace
}  // namespace kitchen::observe
