// Bodies that the handler reads while they arrive.
#include <thread>

#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class StreamedBodyTest : public TransportTest {
protected:
    StreamedBodyTest() {
        handler_.head = [this](const Request& request) {
            HeadDecision decision = limited_to(limit_);
            decision.streams_body = request.target != "/plain";
            return decision;
        };
        handler_.request = [this](Request request, std::shared_ptr<Exchange> exchange) {
            if (request.target == "/plain") return exchange->reply(text("plain " + request.body));
            const std::lock_guard lock(mutex_);
            threads_.emplace_back([this, exchange = std::move(exchange)] { read(*exchange); });
        };
    }
    ~StreamedBodyTest() override {
        transport_->stop();
        for (std::thread& thread : threads_) thread.join();
    }

    /// Responds with what was read, or the code of the error.
    void read(Exchange& exchange) {
        while (!may_read_) std::this_thread::sleep_for(1ms);
        if (refuses_) return exchange.reply(text("refused", 403));
        std::string all, bytes;
        for (;;) {
            const auto error = exchange.read_body(bytes);
            if (error) {
                last_error_ = error->status;
                return exchange.reply(text(std::string(error->code), error->status));
            }
            if (bytes.empty()) return exchange.reply(text(std::move(all)));
            largest_ = std::max<std::size_t>(largest_, bytes.size());
            all += bytes;
        }
    }

    std::size_t limit_ = 64 << 20;
    std::atomic<bool> may_read_{true};
    std::atomic<bool> refuses_{false};
    std::atomic<int> last_error_{0};
    std::atomic<std::size_t> largest_{0};
    std::mutex mutex_;
    std::vector<std::thread> threads_;
};

std::string chunked(std::string_view target, std::string_view rest) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(rest);
}

TEST_F(StreamedBodyTest, ArrivesByteByByteAndTheConnectionGoesOn) {
    Client client(start());
    const std::string requests = post("/", "abcdef") +
                                 chunked("/", "2\r\nxy\r\n1;e\r\nz\r\n0\r\n\r\n") +
                                 post("/plain", "p") + post("/", "last");
    for (const char byte : requests) ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(client.body(), "abcdef");
    EXPECT_EQ(client.body(), "xyz");
    EXPECT_EQ(client.body(), "plain p");
    EXPECT_EQ(client.body(), "last");
}

TEST_F(StreamedBodyTest, PipelinedInOnePiece) {
    Client client(start());
    std::string all;
    for (int i = 0; i < 20; ++i) all += post("/", std::to_string(i)) + post("/", "");
    client.send(all);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(client.body(), std::to_string(i));
        EXPECT_EQ(client.body(), "");
    }
}

TEST_F(StreamedBodyTest, ALargeBodyWaitsForItsReaderOutsideOfMemory) {
    may_read_ = false;
    Client client(start());
    const std::string body(20 << 20, 'x');
    std::thread sender([&] { client.send(post("/", body)); });
    std::uint64_t before = 0;
    // Until nothing more is taken off the socket.
    ASSERT_TRUE(eventually([&] {
        std::this_thread::sleep_for(50ms);
        return std::exchange(before, transport_->stats().bytes_received) ==
                   transport_->stats().bytes_received &&
               before > 0;
    }));
    EXPECT_LT(transport_->stats().bytes_received, 1u << 20);
    may_read_ = true;
    EXPECT_EQ(client.body().size(), body.size());
    sender.join();
    EXPECT_LT(largest_, 1u << 20);
}

TEST_F(StreamedBodyTest, TooLargeIsSaidBeforeItIsReadOrAtTheLimit) {
    limit_ = 5;
    Client announced(start());
    announced.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n");
    EXPECT_EQ(announced.status(), 413);
    EXPECT_TRUE(announced.ends());
    Client chunks(port_);
    chunks.send(chunked("/", "5\r\nabcde\r\n1\r\n"));
    EXPECT_EQ(chunks.status(), 413);
    EXPECT_TRUE(chunks.ends());
    Client fits(port_);
    fits.send(chunked("/", "5\r\nabcde\r\n0\r\n\r\n"));
    EXPECT_EQ(fits.body(), "abcde");
}

TEST_F(StreamedBodyTest, MalformedAndIncompleteBodiesAreRefused) {
    Client malformed(start());
    malformed.send(chunked("/", "2\r\nxyz"));
    EXPECT_EQ(malformed.body(), "bad_chunk");
    EXPECT_TRUE(malformed.ends());
    Client incomplete(port_);
    incomplete.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    incomplete.send_eof();
    EXPECT_EQ(incomplete.body(), "incomplete_body");
    EXPECT_EQ(last_error_, 400);
}

TEST_F(StreamedBodyTest, AClientThatLeavesEndsTheReading) {
    Client client(start());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    ASSERT_TRUE(eventually([&] { return largest_ > 0; }));
    client.reset();
    EXPECT_TRUE(eventually([&] { return last_error_ == 499; }));
    EXPECT_TRUE(eventually([&] { return transport_->stats().in_flight == 0; }));
}

TEST_F(StreamedBodyTest, SoDoesTheEndOfTheServer) {
    Client client(start());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    ASSERT_TRUE(eventually([&] { return largest_ > 0; }));
    EXPECT_FALSE(transport_->finish_drain(100ms));
    transport_->stop();
    EXPECT_TRUE(eventually([&] { return last_error_ == 499; }));
}

TEST_F(StreamedBodyTest, ContinueIsSentWhenTheBodyIsRead) {
    may_read_ = false;
    const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    Client read(start());
    read.send(head);
    EXPECT_TRUE(eventually([&] { return transport_->stats().in_flight == 1; }));
    may_read_ = true;
    EXPECT_EQ(read.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    read.send("abc");
    EXPECT_EQ(read.body(), "abc");
    refuses_ = true;
    Client refused(port_);
    refused.send(head);
    EXPECT_EQ(refused.status(), 403);
    EXPECT_TRUE(refused.ends());
}

TEST_F(StreamedBodyTest, ARefusalBeforeTheEndClosesTheConnection) {
    refuses_ = true;
    Client client(start());
    // What is left of the body is no request.
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" +
                std::string("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_EQ(client.status(), 403);
    EXPECT_TRUE(client.ends());
}

TEST_F(StreamedBodyTest, ASlowBodyHasADeadline) {
    options_.body_timeout = 100ms;
    Client client(start());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    EXPECT_EQ(client.body(), "body_timeout");
    EXPECT_EQ(last_error_, 408);
    EXPECT_TRUE(client.ends());
}

TEST_F(StreamedBodyTest, AFastBeginningBuysNoLongPause) {
    options_.body_timeout = 200ms;
    Client client(start());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n" +
                std::string(3'000'000, 'x'));
    EXPECT_EQ(client.body(), "body_timeout");
}

TEST_F(StreamedBodyTest, AReaderThatIsSlowIsNotTheClientsFault) {
    options_.body_timeout = 50ms;
    may_read_ = false;
    Client client(start());
    client.send(post("/", "abc"));
    std::this_thread::sleep_for(300ms);
    may_read_ = true;
    EXPECT_EQ(client.body(), "abc");
}

}  // namespace
}  // namespace kitchen::http
