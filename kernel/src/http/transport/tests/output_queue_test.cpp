#include <gtest/gtest.h>
#include <sys/socket.h>

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

}  // namespace
}  // namespace kitchen::http
