#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "http/transport/output_queue.h"
#include "http/transport/tcp_socket.h"

namespace kitchen::http {
namespace {

struct Pair {
    Pair() {
        int fds[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        near.reset(fds[0]);
        far.reset(fds[1]);
    }
    std::string read_available() const {
        std::string all;
        char bytes[4096];
        for (ssize_t got; (got = ::recv(far.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
            all.append(bytes, static_cast<std::size_t>(got));
        return all;
    }
    UniqueFd near, far;
};

TEST(OutputQueue, KeepsOrderAcrossSizesAndBlocking) {
    const Pair pair;
    OutputQueue queue;
    std::string expected, received;
    for (int i = 0; i < 200; ++i) {
        const std::string piece(static_cast<std::size_t>(i * i), static_cast<char>('a' + i % 26));
        expected += piece;
        if (i % 2) {
            queue.take(std::string(piece));
        } else {
            queue.append(std::string_view(piece));
        }
    }
    EXPECT_EQ(queue.size(), expected.size());
    bool was_blocked = false;
    for (;;) {
        const auto result = queue.send_to(pair.near.get());
        ASSERT_NE(result, OutputQueue::Result::failed);
        received += pair.read_available();
        if (result == OutputQueue::Result::drained) break;
        was_blocked = true;
        EXPECT_EQ(queue.size() + received.size(), expected.size());
    }
    EXPECT_TRUE(was_blocked);
    EXPECT_TRUE(received == expected);
    EXPECT_TRUE(queue.empty());
}

TEST(OutputQueue, CanBeUsedAgainAfterDrainingAndClearing) {
    const Pair pair;
    OutputQueue queue;
    for (int i = 0; i < 10; ++i) {
        auto& tail = queue.tail();
        const auto before = tail.size();
        tail += "head ";
        queue.commit(before);
        queue.take(std::string(i % 2 ? 5 : 50'000, 'b'));
        EXPECT_EQ(queue.send_to(pair.near.get()), OutputQueue::Result::drained);
        EXPECT_EQ(pair.read_available().size(), i % 2 ? 10u : 50'005u);
    }
    queue.append("lost");
    queue.clear();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.send_to(pair.near.get()), OutputQueue::Result::drained);
    EXPECT_EQ(pair.read_available(), "");
}

TEST(OutputQueue, SendingToNobodyFailsWithoutASignal) {
    Pair pair;
    pair.far.reset();
    OutputQueue queue;
    queue.append("x");
    EXPECT_EQ(queue.send_to(pair.near.get()), OutputQueue::Result::failed);
}

/// A file of `size` bytes, each "a" to "z" in turn, without a name.
int letters(std::size_t size) {
    std::FILE* file = std::tmpfile();
    for (std::size_t i = 0; i < size; ++i) std::fputc(static_cast<char>('a' + i % 26), file);
    std::fflush(file);
    const int fd = ::dup(::fileno(file));
    std::fclose(file);
    return fd;
}

TEST(OutputQueue, FilesAreSentBetweenTheRestInPortions) {
    const Pair pair;
    OutputQueue queue;
    constexpr std::size_t length = 3 << 20;
    queue.append("head");
    queue.take(std::make_shared<const FileBody>(letters(length + 30), 1, length));
    queue.append("next");
    queue.take(std::make_shared<const FileBody>(letters(3), 0, 0));
    queue.take(std::make_shared<const FileBody>(letters(3), 0, 3));
    queue.take(std::string(20'000, '.'));
    EXPECT_TRUE(queue.has_file());
    std::string received;
    const std::size_t all = queue.size();
    for (;;) {
        const auto result = queue.send_to(pair.near.get());
        ASSERT_NE(result, OutputQueue::Result::failed);
        received += pair.read_available();
        ASSERT_EQ(queue.size(), all - received.size());
        if (result == OutputQueue::Result::drained) break;
    }
    std::string expected = "head";
    for (std::size_t i = 1; i <= length; ++i) expected += static_cast<char>('a' + i % 26);
    EXPECT_TRUE(received == expected + "nextabc" + std::string(20'000, '.'));
    EXPECT_FALSE(queue.has_file());
}

TEST(OutputQueue, OneCallReadsLittleOfAFile) {
    const Pair pair;
    const int buffer = 1 << 20;  // so that the socket takes more
    ::setsockopt(pair.near.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    OutputQueue queue;
    queue.take(std::make_shared<const FileBody>(letters(1 << 20), 0, 1 << 20));
    EXPECT_EQ(queue.send_to(pair.near.get()), OutputQueue::Result::blocked);
    EXPECT_EQ(pair.read_available().size(), 128u * 1024);
}

TEST(OutputQueue, AFileThatHasBecomeShorterFails) {
    const Pair pair;
    OutputQueue queue;
    queue.take(std::make_shared<const FileBody>(letters(10), 0, 11));
    EXPECT_EQ(queue.send_to(pair.near.get()), OutputQueue::Result::failed);
}

}  // namespace
}  // namespace kitchen::http
