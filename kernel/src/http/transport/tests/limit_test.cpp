// Caps, back-pressure, fairness, and running out of descriptors.
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <future>
#include <thread>

#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class LimitTest : public TransportTest {};

TEST_F(LimitTest, ConnectionsPastTheCapGet503) {
    options_.max_connections = 2;
    start();
    Client first(port_), second(port_);
    first.get("/");
    second.get("/");
    EXPECT_EQ(first.status(), 200);
    EXPECT_EQ(second.status(), 200);
    Client third(port_);
    third.get("/");
    const auto response = third.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503);
    EXPECT_EQ(response->body, "too_many_connections");
    EXPECT_TRUE(third.ends());
    EXPECT_EQ(transport_->stats().connections, 2u);
    EXPECT_EQ(transport_->stats().accepted, 2u);
    EXPECT_EQ(transport_->stats().refused, 1u);

    first.close();
    ASSERT_TRUE(eventually([&] { return transport_->stats().connections == 1; }));
    EXPECT_EQ(get("/again"), "GET /again ");
}

TEST_F(LimitTest, ConnectionsPastTheCapForOneAddressGet503) {
    options_.max_connections_per_address = 1;
    start();
    Client first(port_);
    first.get("/");
    EXPECT_EQ(first.status(), 200);
    Client second(port_);
    EXPECT_EQ(second.status(), 503);
}

TEST_F(LimitTest, TheCapForOneAddressIsNotForProxies) {
    options_.max_connections_per_address = 1;
    options_.max_connections = 3;
    options_.is_uncapped = [](std::string_view peer) { return peer == "127.0.0.1"; };
    start();
    std::vector<std::unique_ptr<Client>> proxied;
    for (int i = 0; i < 3; ++i) {
        proxied.push_back(std::make_unique<Client>(port_));
        proxied.back()->get("/");
        EXPECT_EQ(proxied.back()->status(), 200) << i;
    }
    Client past_the_whole_cap(port_);
    EXPECT_EQ(past_the_whole_cap.status(), 503);
}

TEST_F(LimitTest, DefaultFieldsAreOnResponsesOfEveryOrigin) {
    options_.default_fields = {{"X-Frame-Options", "DENY"}};
    options_.max_connections = 2;
    handler_.request = [](Request request, std::shared_ptr<Exchange> exchange) {
        if (request.target != "/dropped") exchange->reply(text("ok"));
    };
    start();
    Client client(port_);
    client.get("/");
    EXPECT_TRUE(client.read_response()->has("\r\nX-Frame-Options: DENY\r\n"));
    client.get("/dropped");
    const auto dropped = client.read_response();
    EXPECT_EQ(dropped->status, 500);
    EXPECT_TRUE(dropped->has("X-Frame-Options: DENY"));
    client.close();
    ASSERT_TRUE(eventually([&] { return transport_->stats().connections == 0; }));
    Client garbled(port_);
    garbled.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
    const auto refused = garbled.read_response();
    EXPECT_EQ(refused->status, 400);
    EXPECT_TRUE(refused->has("X-Frame-Options: DENY"));
    garbled.close();
    ASSERT_TRUE(eventually([&] { return transport_->stats().connections == 0; }));
    Client first(port_), second(port_);
    first.get("/");
    second.get("/");
    EXPECT_EQ(first.status(), 200);
    EXPECT_EQ(second.status(), 200);
    Client past_the_cap(port_);
    const auto full = past_the_cap.read_response();
    EXPECT_EQ(full->status, 503);
    EXPECT_TRUE(full->has("X-Frame-Options: DENY"));
}

TEST_F(LimitTest, FloodPastTheCapIsShedAndDoesNotHurtTheOthers) {
    options_.max_connections = 1;
    start();
    Client first(port_);
    first.get("/");
    EXPECT_EQ(first.status(), 200);
    std::vector<std::unique_ptr<Client>> flood;
    for (int i = 0; i < 200; ++i) flood.push_back(std::make_unique<Client>(port_));
    for (auto& client : flood) EXPECT_EQ(client->status(), 503);
    first.get("/still");
    EXPECT_EQ(first.body(), "GET /still ");
}

// The input is kept in the kernel's buffers and then the client's, not in our memory.
TEST_F(LimitTest, InputWhileAResponseIsPendingIsBounded) {
    Parking parking;
    std::atomic<bool> park{true};
    std::atomic<int> handled{0};
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        ++handled;
        if (park.exchange(false)) return parking.park(std::move(exchange));
        exchange->reply(text(""));
    };
    options_.max_pipeline_bytes = 16 * 1024;
    Client client(start());
    const int small = 64 * 1024;
    setsockopt(client.fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    const std::string one =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n" + std::string(10000, 'x');
    constexpr int requests = 8000;  // 80 MB

    std::atomic<int> sent{0};
    std::thread sender([&] {
        for (int i = 0; i < requests && client.send(one); ++i) ++sent;
    });
    auto first = parking.take();
    ASSERT_TRUE(first);
    // The sender stands still: the same count for a while, far from the end.
    int before = -1;
    ASSERT_TRUE(eventually([&] {
        const int now = sent;
        ::poll(nullptr, 0, 200);
        return std::exchange(before, now) == now && now == sent;
    }));
    EXPECT_LT(sent, requests / 2);
    EXPECT_EQ(handled, 1);
    first->reply(text(""));
    for (int i = 0; i < requests; ++i) ASSERT_EQ(client.status(), 200) << i;
    sender.join();
    EXPECT_EQ(handled, requests);
}

TEST_F(LimitTest, OneByteOfPipelineIsEnough) {
    options_.max_pipeline_bytes = 1;
    Client client(start());
    for (int i = 0; i < 20; ++i) client.get("/" + std::to_string(i));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(client.body(), "GET /" + std::to_string(i) + " ");
}

TEST_F(LimitTest, FloodingClientDoesNotStarveTheOthers) {
    start();
    std::atomic<bool> done{false};
    Client flooder(port_);
    std::thread flood([&] {
        std::string many;
        for (int i = 0; i < 2000; ++i) many += "GET /flood HTTP/1.1\r\nHost: a\r\n\r\n";
        while (!done && flooder.send(many)) {}
        flooder.send_eof();
    });
    std::thread drain([&] { flooder.read_to_end(); });
    for (int i = 0; i < 50; ++i) EXPECT_EQ(get("/calm"), "GET /calm ");
    done = true;
    flood.join();
    drain.join();
}

// The worker has a long pipeline before it when another client's request arrives: that one does not
// wait for all of it.
TEST_F(LimitTest, LongPipelineTakesTurnsWithTheOthers) {
    constexpr int pipelined = 1000;
    std::promise<void> other_has_asked;
    std::atomic<int> handled{0}, before_other{-1};
    handler_.request = [&](Request request, std::shared_ptr<Exchange> exchange) {
        if (request.target == "/other") before_other = handled.load();
        if (handled++ == 0) other_has_asked.get_future().wait();
        exchange->reply(text(""));
    };
    Client pipeline(start()), other(port_);
    ASSERT_TRUE(eventually([&] { return transport_->stats().connections == 2; }));
    std::string many;
    for (int i = 0; i < pipelined; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    pipeline.send(many);
    ASSERT_TRUE(eventually([&] { return handled == 1; }));
    other.get("/other");
    other_has_asked.set_value();
    EXPECT_EQ(other.status(), 200);
    for (int i = 0; i < pipelined; ++i) ASSERT_EQ(pipeline.status(), 200);
    EXPECT_LT(before_other, pipelined / 2);
}

TEST_F(LimitTest, PipeliningClientThatNeverReadsIsPaused) {
    std::atomic<int> handled{0};
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        ++handled;
        exchange->reply(text(std::string(100'000, 'x')));
    };
    options_.write_timeout = 300ms;
    start();
    Client client(port_, 4096);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(many);
    EXPECT_TRUE(client.wait_until_cut());
    EXPECT_LT(handled, 500);  // 100 MB would have been asked for
}

// Takes every descriptor below the limit.
std::vector<UniqueFd> take_all_descriptors() {
    std::vector<UniqueFd> all;
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) all.emplace_back(fd);
    return all;
}

TEST_F(LimitTest, OutOfDescriptorsItShedsAndRecovers) {
    start();
    Client early(port_);
    early.get("/");
    EXPECT_EQ(early.status(), 200);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 30; ++i)
        clients.push_back(std::make_unique<Client>(0));  // a socket, not yet connected

    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit tight{256, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    auto hoard = take_all_descriptors();
    ASSERT_FALSE(hoard.empty());
    for (auto& client : clients) {
        ASSERT_TRUE(client->connect(port_));
        EXPECT_EQ(client->status(), 503);
    }
    early.get("/open-ones-are-served");
    EXPECT_EQ(early.body(), "GET /open-ones-are-served ");
    hoard.clear();
    setrlimit(RLIMIT_NOFILE, &before);
    // It may still be about to refuse one more, with the descriptor that it keeps for that.
    ASSERT_TRUE(eventually([&] { return get("/recovered") == "GET /recovered "; }));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(get("/recovered"), "GET /recovered ");
}

// With every descriptor taken and no client in the queue there is nothing to do, and nothing must
// be done.
TEST_F(LimitTest, OutOfDescriptorsAndIdleItRests) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Client>(0));
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit tight{256, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    auto hoard = take_all_descriptors();
    for (auto& client : clients) {
        ASSERT_TRUE(client->connect(port_));
        EXPECT_EQ(client->status(), 503);
    }
    rusage start_use{}, end_use{};
    getrusage(RUSAGE_SELF, &start_use);
    ::poll(nullptr, 0, 500);
    getrusage(RUSAGE_SELF, &end_use);
    hoard.clear();
    setrlimit(RLIMIT_NOFILE, &before);
    const auto used = (end_use.ru_stime.tv_sec - start_use.ru_stime.tv_sec) * 1'000'000 +
                      end_use.ru_stime.tv_usec - start_use.ru_stime.tv_usec;
    EXPECT_LT(used, 200'000) << "microseconds of system time while nothing was to be done";
}

// Nothing to give up either: it must look away instead of spinning, and come back by itself.
TEST_F(LimitTest, OutOfDescriptorsWithoutReserveItRecovers) {
    start();
    EXPECT_EQ(get("/"), "GET / ");
    ASSERT_TRUE(eventually([&] { return transport_->stats().connections == 0; }));
    Client waiting(0);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};  // even the reserve, once closed, cannot be had again
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    ASSERT_TRUE(waiting.connect(port_));
    waiting.get("/waited");
    rusage start_use{}, end_use{};
    getrusage(RUSAGE_SELF, &start_use);
    ::poll(nullptr, 0, 500);
    getrusage(RUSAGE_SELF, &end_use);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(waiting.body(), "GET /waited ");
    const auto used = (end_use.ru_stime.tv_sec - start_use.ru_stime.tv_sec) * 1'000'000 +
                      end_use.ru_stime.tv_usec - start_use.ru_stime.tv_usec;
    EXPECT_LT(used, 200'000) << "microseconds of system time while nothing could be done";
}

}  // namespace
}  // namespace kitchen::http
