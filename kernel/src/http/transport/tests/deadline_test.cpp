// Clients that are slow, silent or do not read.
#include <cstdio>
#include <thread>

#include "http/transport/client_connection.h"
#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class DeadlineTest : public TransportTest {};

TEST_F(DeadlineTest, SlowHeadIs408HoweverItTrickles) {
    options_.head_timeout = 150ms;
    Client client(start());
    std::thread trickle([&] {
        // Byte after byte until the transport stops listening to it.
        client.send("GET / HTTP/1.1\r\nX: ");
        pollfd watched{client.fd(), POLLIN, 0};
        while (::poll(&watched, 1, 10) == 0) client.send("x");
    });
    trickle.join();
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 408);
    EXPECT_EQ(response->body, "head_timeout");
    EXPECT_TRUE(response->has("Connection: close\r\n"));
    EXPECT_TRUE(client.ends());
}

TEST_F(DeadlineTest, SlowBodyIs408) {
    options_.body_timeout = 100ms;
    Client client(start());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 408);
    EXPECT_EQ(response->body, "body_timeout");
    EXPECT_TRUE(client.ends());
}

TEST_F(DeadlineTest, IdleConnectionsAreClosedInSilence) {
    options_.idle_timeout = 100ms;
    Client never_asked(start());
    Client asked(port_);
    asked.get("/");
    EXPECT_EQ(asked.status(), 200);
    EXPECT_TRUE(never_asked.ends());
    EXPECT_TRUE(asked.ends());
    EXPECT_TRUE(eventually([&] { return transport_->stats().connections == 0; }));
}

// The handler's time is its own: none of the clocks runs while it works.
TEST_F(DeadlineTest, SlowHandlersAreNotCut) {
    options_.head_timeout = options_.body_timeout = options_.idle_timeout = options_.write_timeout =
        40ms;
    DelayPool pool(1);
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        pool.after(300ms, [exchange] { exchange->reply(text("late")); });
    };
    Client client(start());
    client.get("/");
    EXPECT_EQ(client.body(), "late");
    transport_->stop();
}

TEST_F(DeadlineTest, ReaderThatStopsIsCutWhileOthersAreServed) {
    options_.write_timeout = 200ms;
    handler_.request = [](Request request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text(request.target == "/large" ? std::string(64 << 20, 'x') : "small"));
    };
    start();
    Client slow(port_, 4096);
    slow.get("/large");
    ASSERT_TRUE(slow.read_head());
    std::thread others([&] {
        for (int i = 0; i < 100; ++i) EXPECT_EQ(get("/"), "small");
    });
    EXPECT_TRUE(slow.wait_until_cut());
    others.join();
    EXPECT_TRUE(eventually([&] {
        return transport_->stats().connections == 0 && transport_->stats().in_flight == 0;
    }));
}

TEST_F(DeadlineTest, ReaderThatIsOnlySlowGetsItAll) {
    handler_.request = [](Request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text(std::string(16 << 20, 'x')));
    };
    start();
    Client slow(port_, 4096);
    slow.get("/");
    EXPECT_EQ(slow.body().size(), 16u << 20);
    slow.get("/", "Connection: close\r\n");
    EXPECT_EQ(slow.body().size(), 16u << 20);
    EXPECT_TRUE(slow.ends());
}

TEST_F(DeadlineTest, ClientThatNeverClosesAfterTheEndIsLetGo) {
    options_.linger_timeout = 100ms;
    Client client(start());
    client.get("/", "Connection: close\r\n");
    EXPECT_EQ(client.status(), 200);
    EXPECT_TRUE(client.ends());  // our direction; theirs stays open
    EXPECT_TRUE(eventually([&] { return transport_->stats().connections == 0; }));
}

struct IdleWorker final : ConnectionWorker, EventLoop {
    EventLoop& loop() override { return *this; }
    void resume(std::shared_ptr<Connection>) override {}
    bool watch(int, std::uint64_t, Interest) noexcept override { return true; }
    bool change(int, std::uint64_t, Interest) noexcept override { return true; }
    void unwatch(int) noexcept override {}
    bool poll_one(EventSink&) noexcept override { return false; }
    void poll_all(EventSink&) noexcept override {}
};

Response large_file() {
    std::FILE* file = std::tmpfile();
    EXPECT_EQ(::ftruncate(::fileno(file), 1 << 20), 0);
    Response response(200);
    response.file = std::make_shared<const FileBody>(::dup(::fileno(file)), 0, 1 << 20);
    std::fclose(file);
    return response;
}

// Whether a client is cut shortly after the first deadline although it has read so many portions,
// of 137 ms each at the least rate, 300 ms after the response began.
bool is_cut_after(int portions) {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    const UniqueFd client(fds[1]);
    const int least = 1;
    ::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
    TestHandler handler;
    handler.request = [](Request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(large_file());
    };
    const auto state = std::make_shared<TransportState>(TransportOptions{}, handler);
    IdleWorker worker;
    const auto connection = std::make_shared<Connection>(1, UniqueFd(fds[0]), "192.0.2.1",
                                                         state->admit("192.0.2.1"), state, worker);
    connection->open();
    std::vector<char> scratch(4096);
    constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_GT(::send(client.get(), request.data(), request.size(), 0), 0);
    connection->on_ready({.readable = true}, scratch);
    const auto first_deadline = Clock::now() + state->options().write_timeout;
    pollfd cut{client.get(), POLLRDHUP, 0};
    ::poll(&cut, 1, 300);
    for (int i = 0; i < portions; ++i) {
        EXPECT_GT(::recv(client.get(), scratch.data(), 2240, MSG_DONTWAIT), 0);
        connection->on_ready({.writable = true}, scratch);
    }
    EXPECT_FALSE(connection->is_closed());
    connection->on_tick(first_deadline + 200ms);
    return connection->is_closed();
}

TEST(FileDeadline, IsRenewedByReadingAtTheLeastRate) {
    EXPECT_TRUE(is_cut_after(0));
    EXPECT_TRUE(is_cut_after(1));
    EXPECT_FALSE(is_cut_after(20));
}

}  // namespace
}  // namespace kitchen::http
