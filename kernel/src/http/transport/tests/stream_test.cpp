// Responses without an end: server-sent events.
#include <linux/filter.h>

#include <atomic>
#include <thread>

#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class StreamTest : public TransportTest {
protected:
    // Each request opens a stream; the test takes it from here.
    StreamTest() {
        handler_.request = [this](Request request, std::shared_ptr<Exchange> exchange) {
            if (request.target == "/plain") return exchange->reply(text("plain"));
            Response response;
            response.headers = {{"Content-Type", "text/event-stream"}};
            response.stream = [this](std::shared_ptr<EventStream> stream) {
                stream->write("data: hello\n\n");
                stream->on_close([this] { ++closed_; });
                const std::lock_guard lock(mutex_);
                streams_.push_back(std::move(stream));
                changed_.notify_all();
            };
            exchange->reply(std::move(response));
        };
    }
    ~StreamTest() override {
        if (transport_) transport_->stop();
    }

    std::shared_ptr<EventStream> take() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::milliseconds(patience_ms),
                               [this] { return !streams_.empty(); }))
            return nullptr;
        auto stream = std::move(streams_.back());
        streams_.pop_back();
        return stream;
    }

    std::atomic<int> closed_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<EventStream>> streams_;
};

TEST_F(StreamTest, IsWrittenAsItComesAndEndsWithTheConnection) {
    Client client(start());
    client.get("/");
    const auto head = client.read_head();
    ASSERT_TRUE(head);
    EXPECT_EQ(head->find("Content-Length"), std::string::npos);
    EXPECT_NE(head->find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(client.read_until("data: hello\n\n"));
    const auto stream = take();
    ASSERT_TRUE(stream);
    EXPECT_TRUE(stream->is_open());
    EXPECT_EQ(transport_->stats().in_flight, 1u);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(stream->write("data: " + std::to_string(i) + "\n\n"));
        EXPECT_TRUE(client.read_until("data: " + std::to_string(i) + "\n\n"));
    }
    stream->close();
    EXPECT_FALSE(stream->is_open());
    EXPECT_FALSE(stream->write("more"));
    EXPECT_EQ(closed_, 1);
    EXPECT_TRUE(client.ends());
    int late = 0;
    stream->on_close([&] { ++late; });
    EXPECT_EQ(late, 1);
    EXPECT_TRUE(eventually([&] { return transport_->stats().in_flight == 0; }));
}

// A phone that lost its network: it is there, and acknowledges nothing. The filter drops what comes
// before TCP sees it.
TEST_F(StreamTest, EndsWhenItsClientHasLostTheNetwork) {
    options_.stream_acknowledgement = 300ms;
    Client client(start());
    client.get("/");
    EXPECT_TRUE(client.read_until("data: hello\n\n"));
    const auto stream = take();
    ASSERT_TRUE(stream);
    sock_filter drop_all[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    const sock_fprog program{1, drop_all};
    ASSERT_EQ(::setsockopt(client.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
    EXPECT_TRUE(stream->write(": heartbeat\n\n"));
    EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
    EXPECT_FALSE(stream->is_open());
}

TEST_F(StreamTest, DroppedByItsLastHolderItCloses) {
    Client client(start());
    client.get("/");
    take().reset();
    EXPECT_TRUE(client.read_until("data: hello\n\n"));
    EXPECT_TRUE(client.ends());
}

TEST_F(StreamTest, NoticesThatTheClientHasGone) {
    start();
    for (const bool reset : {false, true}) {
        Client client(port_);
        client.get("/");
        EXPECT_TRUE(client.read_until("data: hello\n\n"));
        const auto stream = take();
        const int before = closed_;
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
        EXPECT_TRUE(eventually([&] { return closed_ == before + 1; }));
        EXPECT_FALSE(stream->is_open());
        EXPECT_FALSE(stream->write("x"));
    }
    EXPECT_TRUE(eventually([&] { return transport_->stats().connections == 0; }));
}

TEST_F(StreamTest, ReaderThatStopsIsCutAtTheBacklog) {
    options_.max_stream_backlog = 64 * 1024;
    start();
    Client client(port_, 4096);
    client.get("/");
    const auto stream = take();
    ASSERT_TRUE(stream);
    const std::string block(16 * 1024, 'x');
    int written = 0;
    while (written < 10'000 && stream->write(block)) ++written;
    EXPECT_LT(written, 10'000);
    EXPECT_FALSE(stream->is_open());
    EXPECT_TRUE(client.wait_until_cut());
    EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
}

TEST_F(StreamTest, ReaderThatStopsIsCutWithoutProgress) {
    options_.write_timeout = 100ms;
    options_.max_stream_backlog = 64 << 20;
    start();
    Client client(port_, 4096);
    client.get("/");
    const auto stream = take();
    ASSERT_TRUE(stream);
    EXPECT_TRUE(stream->write(std::string(32 << 20, 'x')));
    EXPECT_TRUE(client.wait_until_cut());
    EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
}

TEST_F(StreamTest, ManyWritersAtOnceLoseNothing) {
    options_.workers = 2;
    options_.max_stream_backlog = 64 << 20;
    Client client(start());
    client.get("/");
    const auto stream = take();
    ASSERT_TRUE(stream);
    constexpr int threads = 4, writes = 2000;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
        writers.emplace_back([&] {
            for (int i = 0; i < writes; ++i) stream->write("[0123456789]");
        });
    std::thread closer([&] {
        for (auto& writer : writers) writer.join();
        stream->close();
    });
    EXPECT_TRUE(client.read_until("data: hello\n\n"));
    const auto rest = client.read_to_end();
    closer.join();
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->size(), std::size_t{12} * threads * writes);
}

TEST_F(StreamTest, HeadRequestOpensNoStream) {
    Client client(start());
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(client.read_head());
    EXPECT_TRUE(client.ends());
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(streams_.empty());
}

TEST_F(StreamTest, EndsWhenItsOpenerThrows) {
    handler_.request = [](Request, std::shared_ptr<Exchange> exchange) {
        Response response;
        response.stream = [](std::shared_ptr<EventStream>) { throw std::runtime_error("no"); };
        exchange->reply(std::move(response));
    };
    Client client(start());
    client.get("/");
    EXPECT_TRUE(client.read_head());
    EXPECT_TRUE(client.ends());
}

TEST_F(StreamTest, DrainEndsStreamsInOrder) {
    Client client(start());
    client.get("/");
    EXPECT_TRUE(client.read_until("data: hello\n\n"));
    const auto stream = take();
    EXPECT_TRUE(transport_->finish_drain(20s));
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(eventually([&] { return closed_ == 1; }));  // the worker calls it just after
    EXPECT_FALSE(stream->write("x"));
}

TEST_F(StreamTest, StopClosesStreams) {
    Client client(start());
    client.get("/");
    EXPECT_TRUE(client.read_until("data: hello\n\n"));
    const auto stream = take();
    transport_->stop();
    EXPECT_EQ(closed_, 1);
    EXPECT_FALSE(stream->write("x"));
    stream->close();
    transport_.reset();
    EXPECT_FALSE(stream->is_open());
}

}  // namespace
}  // namespace kitchen::http
