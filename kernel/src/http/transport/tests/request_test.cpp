// Requests and responses over real sockets.
#include <sys/wait.h>

#include <thread>

#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class RequestTest : public TransportTest {};

TEST_F(RequestTest, IsAnsweredAndTheConnectionKept) {
    Client client(start());
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(client.send(post("/" + std::to_string(i), "body")));
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "POST /" + std::to_string(i) + " body");
        EXPECT_TRUE(response->has("\r\nDate: "));
        EXPECT_FALSE(response->has("Connection"));
    }
    EXPECT_EQ(transport_->stats().connections, 1u);
    EXPECT_TRUE(eventually([&] {
        return transport_->stats().in_flight == 0;
    }));  // counted just after the bytes have left
}

TEST_F(RequestTest, PeerAddressIsNumeric) {
    handler_.request = [](Request request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text(request.peer_address));
    };
    start();
    EXPECT_EQ(get("/"), "127.0.0.1");
}

TEST_F(RequestTest, ServesIpv6AndIpv4OnTheSameSocket) {
    handler_.request = [](Request request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text(request.peer_address));
    };
    options_.address = "::";
    try {
        start();
    } catch (const std::runtime_error& error) {
        GTEST_SKIP() << "no IPv6 here: " << error.what();
    }
    EXPECT_EQ(get("/"), "127.0.0.1");
    UniqueFd v6(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port_);
    address.sin6_addr = in6addr_loopback;
    if (::connect(v6.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        GTEST_SKIP() << "no IPv6 loopback";
    const std::string_view request = "GET / HTTP/1.0\r\n\r\n";
    ASSERT_EQ(::send(v6.get(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    std::string all;
    char bytes[1024];
    for (ssize_t got; (got = ::recv(v6.get(), bytes, sizeof bytes, 0)) > 0;)
        all.append(bytes, static_cast<std::size_t>(got));
    EXPECT_TRUE(all.ends_with("\r\n\r\n::1")) << all;
}

TEST_F(RequestTest, ConnectionCloseIsHonoured) {
    Client client(start());
    client.get("/", "Connection: close\r\n");
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->has("Connection: close\r\n"));
    EXPECT_TRUE(client.ends());
}

TEST_F(RequestTest, Http10ClosesUnlessAskedNotTo) {
    Client client(start());
    client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto first = client.read_response();
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->has("HTTP/1.1 200 OK"));
    EXPECT_TRUE(first->has("Connection: keep-alive\r\n"));
    client.send("GET /2 HTTP/1.0\r\n\r\n");
    const auto second = client.read_response();
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->has("Connection: close\r\n"));
    EXPECT_TRUE(client.ends());
}

TEST_F(RequestTest, HeadHasLengthAndNoBody) {
    Client client(start());
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto head = client.read_response(true);
    ASSERT_TRUE(head);
    EXPECT_TRUE(head->has("Content-Length: 7\r\n"));
    EXPECT_EQ(client.body(), "GET /2 ");
}

TEST_F(RequestTest, NoContentHasNeitherLengthNorBody) {
    handler_.request = [](Request request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text("x", request.target == "/2" ? 200 : 204));
    };
    Client client(start());
    client.get("/1");
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_FALSE(response->has("Content-Length"));
    client.get("/2");
    EXPECT_EQ(client.body(), "x");
}

std::string twenty() {
    std::string bytes;
    for (int i = 0; i < 20; ++i)
        bytes += post("/" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'b'));
    return bytes;
}

void expect_twenty_in_order(Client& client) {
    for (int i = 0; i < 20; ++i) {
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        ASSERT_EQ(response->body, "POST /" + std::to_string(i) + " " +
                                      std::string(static_cast<std::size_t>(i), 'b'));
    }
}

TEST_F(RequestTest, TwentyPipelinedInOneSegment) {
    Client client(start());
    client.send(twenty());
    expect_twenty_in_order(client);
}

TEST_F(RequestTest, TwentyPipelinedWithResponsesFromOtherThreadsOfAnyDuration) {
    DelayPool pool(4);
    handler_.request = [&pool](Request request, std::shared_ptr<Exchange> exchange) {
        const auto delay =
            std::chrono::microseconds(std::hash<std::string>()(request.target) % 3000);
        pool.after(delay, [request = std::move(request), exchange] {
            exchange->reply(text(request.method + " " + request.target + " " + request.body));
        });
    };
    options_.workers = 2;
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<Client>(port_));
    for (auto& client : clients) client->send(twenty());
    for (auto& client : clients) expect_twenty_in_order(*client);
    transport_->stop();
}

// Inline and pooled responses on the same connection.
TEST_F(RequestTest, PipelinedMixOfInlineAndPooledResponses) {
    DelayPool pool(2);
    handler_.request = [&pool, n = 0](Request request, std::shared_ptr<Exchange> exchange) mutable {
        auto reply = [request = std::move(request), exchange] {
            exchange->reply(text(request.method + " " + request.target + " " + request.body));
        };
        if (n++ % 3 == 0) {
            reply();
        } else {
            pool.after(0us, std::move(reply));
        }
    };
    Client client(start());
    for (int i = 0; i < 10; ++i) {
        client.send(twenty());
        expect_twenty_in_order(client);
    }
    transport_->stop();
}

TEST_F(RequestTest, SplitAtEachPosition) {
    const std::string bytes =
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: "
        "u\r\n\r\n";
    Client client(start());
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        client.send(std::string_view(bytes).substr(0, at));
        client.send(std::string_view(bytes).substr(at));
        ASSERT_EQ(client.body(), "POST /a abc") << at;
    }
}

TEST_F(RequestTest, FramingErrorsResponseOnceAndClose) {
    start();
    for (const std::string_view bytes :
         {"GET / H\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
          "chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"}) {
        Client client(port_);
        client.send(bytes);
        client.get("/smuggled");
        const auto response = client.read_response();
        ASSERT_TRUE(response) << bytes;
        EXPECT_EQ(response->status, 400) << bytes;
        EXPECT_TRUE(response->has("Connection: close\r\n"));
        EXPECT_TRUE(client.ends()) << bytes;
    }
}

TEST_F(RequestTest, FramingErrorAfterGoodRequestsIsAnsweredInItsPlace) {
    Client client(start());
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n");
    EXPECT_EQ(client.body(), "GET /1 ");
    EXPECT_EQ(client.body(), "GET /2 ");
    EXPECT_EQ(client.status(), 400);
    EXPECT_TRUE(client.ends());
}

TEST_F(RequestTest, HalfClosedClientStillGetsItsResponses) {
    Parking parking;
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        parking.park(std::move(exchange));
    };
    Client client(start());
    client.get("/1");
    client.get("/2");
    client.send_eof();
    for (const std::string body : {"first", "second"}) {
        auto exchange = parking.take();
        ASSERT_TRUE(exchange);
        EXPECT_TRUE(exchange->client_connected());
        exchange->reply(text(body));
        EXPECT_EQ(client.body(), body);
    }
    EXPECT_TRUE(client.ends());
}

TEST_F(RequestTest, HalfClosedInlineClientAndOneThatNeverAsks) {
    Client client(start());
    client.get("/1");
    client.send_eof();
    EXPECT_EQ(client.body(), "GET /1 ");
    EXPECT_TRUE(client.ends());
    Client silent(port_);
    silent.send_eof();
    EXPECT_TRUE(silent.ends());
    Client cut_short(port_);
    cut_short.send("GET / HT");
    cut_short.send_eof();
    EXPECT_TRUE(cut_short.ends());
}

TEST_F(RequestTest, HandlerNoticesThatTheClientIsGone) {
    Parking parking;
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        parking.park(std::move(exchange));
    };
    Client client(start());
    client.get("/");
    auto exchange = parking.take();
    ASSERT_TRUE(exchange);
    EXPECT_EQ(transport_->stats().in_flight, 1u);
    client.reset();
    EXPECT_TRUE(eventually([&] { return !exchange->client_connected(); }));
    EXPECT_TRUE(eventually([&] {
        return transport_->stats().connections == 0 && transport_->stats().in_flight == 0;
    }));
    exchange->reply(text("to nobody"));
}

TEST_F(RequestTest, OnlyTheFirstReplyCounts) {
    handler_.request = [](Request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text("one"));
        exchange->reply(text("two"));
    };
    Client client(start());
    client.get("/");
    EXPECT_EQ(client.body(), "one");
    client.get("/");
    EXPECT_EQ(client.body(), "one");
}

TEST_F(RequestTest, DroppedExchangeAndThrowingHandlerAre500) {
    handler_.request = [](Request request, std::shared_ptr<Exchange>) {
        if (request.target == "/throws") throw std::runtime_error("secret");
    };
    handler_.head = [](const Request& request) -> HeadDecision {
        if (request.target == "/head-throws") throw std::runtime_error("secret");
        return {};
    };
    start();
    for (const auto* target : {"/dropped", "/throws", "/head-throws"}) {
        Client client(port_);
        client.get(target);
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 500);
        EXPECT_EQ(response->body.find("secret"), std::string::npos);
        EXPECT_TRUE(client.ends());
    }
}

TEST_F(RequestTest, LargeBodiesBothWays) {
    handler_.head = [](const Request&) { return limited_to(32 << 20); };
    handler_.request = [](Request request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text(std::move(request.body)));
    };
    Client client(start());
    std::string body(8 << 20, ' ');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i * i % 23);
    ASSERT_TRUE(client.send(post("/", body)));
    EXPECT_TRUE(client.body() == body);
    client.send(post("/", "next"));
    EXPECT_EQ(client.body(), "next");
}

TEST_F(RequestTest, StartSaysWhichAddressIsTaken) {
    start();
    TransportOptions same;
    same.port = port_;
    const auto second = std::make_unique<PolledTransport>(same, handler_);
    try {
        second->start();
        FAIL() << "two transports on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(port_)),
                  std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace kitchen::http
