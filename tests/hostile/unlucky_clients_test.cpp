// Clients that are slow, silent, impatient, or too many.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "wire_case.h"

namespace kitchen::tests {
namespace {

using testkit::eventually;

class Impatient : public Hostile {
protected:
    Impatient()
        : Hostile(
              "timeouts: {head: 300ms, body: 300ms, write: 500ms}, limits: "
              "{connections_per_address: 0}") {}

    /// Asks for the menu, again and again, until destroyed. Each time the response must be there.
    class Neighbour {
    public:
        explicit Neighbour(std::uint16_t port)
            : thread_([this, port] {
                  RawClient client(port);
                  do {
                      client.get("/foods/");
                      if (client.status() != 200) ++failed_;
                      ++served_;
                  } while (!leaving_);
              }) {}
        ~Neighbour() {
            leaving_ = true;
            thread_.join();
            EXPECT_EQ(failed_, 0);
            EXPECT_GT(served_, 0);
        }

    private:
        std::atomic<bool> leaving_{false};
        std::atomic<int> served_{0}, failed_{0};
        std::thread thread_;
    };
};

class Crowded : public Hostile {
protected:
    Crowded() : Hostile("limits: {connections: 6, connections_per_address: 4}") {}
};

Json counts(std::uint16_t port) {
    RawClient client(port);
    client.get("/stove/", "Connection: close\r\n");
    return parse_json(client.body()).value_or(Json());
}

}  // namespace

// Routes of the pool and of the worker, responses with and without a body, refusals between them:
// in the order they were asked for.
TEST_F(Hostile, PipelinedResponsesComeInOrder) {
    struct Step {
        std::string bytes;
        int status;
        bool is_head = false;
    };
    const Step steps[] = {{"GET /foods/", 200},
                          {"GET /livez", 200},
                          {"HEAD /foods/", 200, true},
                          {"GET /cart/", 401},
                          {"GET /nothing/", 404},
                          {"OPTIONS /foods/", 204},
                          {"GET /foods/1/", 404},
                          {"GET /stove/simmer/a/?ms=20", 200},
                          {"GET /stove/glance/b/", 200},
                          {"DELETE /foods/", 405},
                          {"HEAD /livez", 200, true},
                          {"GET /openapi.json", 200},
                          {"GET /foods/?limit=0", 422},
                          {"GET /stove/simmer/c/?ms=1", 200},
                          {"GET /categories/", 200},
                          {"BREW /foods/", 501},
                          {"GET /%zz", 400},
                          {"GET /readyz", 200},
                          {"GET /foods?limit=1", 200},
                          {"POST /login/", 422}};
    std::string all;
    int n = 0;
    for (const Step& step : steps)
        all += request(step.bytes,
                       "X-Request-Id: step-" + std::to_string(n++) + "\r\n" +
                           (step.bytes.starts_with("POST")
                                ? "Content-Type: application/json\r\nContent-Length: 2\r\n"
                                : ""),
                       step.bytes.starts_with("POST") ? "{}" : "");
    ASSERT_EQ(n, 20);
    for (const std::size_t portion : {all.size(), std::size_t{1}, std::size_t{7}}) {
        RawClient client(port());
        for (std::size_t at = 0; at < all.size(); at += portion)
            client.send(std::string_view(all).substr(at, portion));
        n = 0;
        for (const Step& step : steps) {
            const auto response = client.read_response(step.is_head);
            ASSERT_TRUE(response) << step.bytes;
            EXPECT_EQ(response->status, step.status) << step.bytes << response->body;
            EXPECT_EQ(response->header("X-Request-Id"), "step-" + std::to_string(n++))
                << step.bytes;
        }
    }
}

TEST_F(Impatient, SlowHeadsAndBodiesAre408WhileOthersAreServed) {
    const Neighbour neighbour(port());
    std::vector<RawClient> slow;
    const std::string halves[] = {
        "G", "GET /foods/ HTTP/1.1\r\nHost: a\r\nX: ",
        request("POST /login/", "Content-Type: application/json\r\nContent-Length: 2\r\n", "{"),
        request("POST /login/", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                "1\r\n{\r\n1"),
        request("POST /login/", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                "2\r\n{}\r\n0\r\nX: ")};
    for (int i = 0; i < 100; ++i) {
        slow.emplace_back(port());
        ASSERT_TRUE(slow.back().send(halves[i % 5]));
    }
    for (RawClient& client : slow) {
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 408) << response->body;
        EXPECT_EQ(response->header("Connection"), "close");
        EXPECT_TRUE(client.ends());
    }
}

// A byte now and then does not buy more time.
TEST_F(Impatient, TricklingDoesNotHelp) {
    RawClient head(port()), body(port());
    head.send("GET / HTTP/1.1\r\nX: ");
    body.send(
        request("POST /login/", "Content-Type: application/json\r\nContent-Length: 60000\r\n"));
    const auto trickle = [](RawClient& client) {
        for (int i = 0; i < 2000; ++i) {
            if (!client.send("x")) break;
            pollfd watched{client.fd(), POLLIN, 0};
            if (::poll(&watched, 1, 10) != 0) break;
        }
        return client.status();
    };
    int of_body = 0;
    std::thread other([&] { of_body = trickle(body); });
    EXPECT_EQ(trickle(head), 408);
    other.join();
    EXPECT_EQ(of_body, 408);
}

TEST_F(Impatient, ReadersThatStopAreCutWhileOthersAreServed) {
    const Neighbour neighbour(port());
    std::string many;
    for (int i = 0; i < 3000; ++i) many += request(i % 2 ? "GET /openapi.json" : "GET /foods/");
    std::vector<RawClient> deaf;
    for (int i = 0; i < 4; ++i) {
        deaf.emplace_back(port(), 4096);
        // The server stops reading when its responses are not read, so this may not be taken whole.
        ::fcntl(deaf.back().fd(), F_SETFL, O_NONBLOCK);
        deaf.back().send(many);
    }
    for (RawClient& client : deaf) EXPECT_TRUE(client.wait_until_cut());
}

TEST_F(Crowded, ConnectionsPastACapAreToldSo) {
    std::vector<RawClient> first;
    for (int i = 0; i < 4; ++i) {
        first.emplace_back(port());
        first.back().get("/livez");
        ASSERT_EQ(first.back().status(), 200);
    }
    const auto expect_refusal = [&](RawClient& client) {
        client.get("/livez");
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 503);
        EXPECT_EQ(parse_json(response->body).value_or(Json())["code"], Json("too_many_connections"))
            << response->body;
        EXPECT_NE(response->header("Retry-After"), "") << response->head;
        EXPECT_TRUE(client.ends());
    };
    RawClient fifth(port());
    expect_refusal(fifth);
    // Another address has room, until all together have none.
    std::vector<RawClient> others;
    for (int i = 0; i < 2; ++i) {
        others.emplace_back(port(), testkit::RawClientOptions{.source = "127.0.0.2"});
        others.back().get("/livez");
        ASSERT_EQ(others.back().status(), 200);
    }
    RawClient seventh(port(), testkit::RawClientOptions{.source = "127.0.0.3"});
    expect_refusal(seventh);
    // Those who are in are served; who leaves makes room.
    first[0].get("/foods/");
    EXPECT_EQ(first[0].status(), 200);
    first[1].close();
    EXPECT_TRUE(eventually([&] {
        RawClient again(port());
        again.get("/livez", "Connection: close\r\n");
        return again.status() == 200;
    }));
}

TEST(IdleClients, FiveThousandDoNotDisturbTheOthers) {
    constexpr int idle_clients = 5000;
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 2 * idle_clients + 500)  // both ends of each are in this process
        GTEST_SKIP() << "needs " << 2 * idle_clients + 500 << " descriptors; the hard limit is "
                     << limit.rlim_max;

    Restaurant server({.server = "limits: {connections_per_address: 0}"});
    server.food("Jollof", 250'000);
    const std::uint16_t port = server.port();
    std::vector<RawClient> idle;
    idle.reserve(idle_clients);
    for (int i = 0; i < idle_clients; ++i) {
        idle.emplace_back(port);
        idle.back().get("/livez");
        ASSERT_EQ(idle.back().status(), 200) << i;
    }
    RawClient busy(port);
    for (int i = 0; i < 500; ++i) {
        busy.get("/foods/");
        ASSERT_EQ(busy.status(), 200);
    }
    for (int i = 0; i < idle_clients; i += 50) {
        idle[static_cast<std::size_t>(i)].get("/foods/");
        EXPECT_EQ(idle[static_cast<std::size_t>(i)].status(), 200) << i;
    }
}

TEST_F(Hostile, OutOfDescriptorsItShedsAndRecovers) {
    RawClient early(port());
    early.get("/foods/");
    ASSERT_EQ(early.status(), 200);
    std::vector<RawClient> waiting;
    for (int i = 0; i < 30; ++i) waiting.emplace_back(0);  // a socket, not yet connected

    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit tight{512, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    std::vector<int> hoard;
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) hoard.push_back(fd);
    for (RawClient& client : waiting) {
        ASSERT_TRUE(client.connect(port()));
        EXPECT_EQ(client.status(), 503);
    }
    early.get("/foods/");
    EXPECT_EQ(early.status(), 200) << "an open connection needs no descriptor";
    early.send(json_request("POST /login/", "{}"));
    EXPECT_EQ(early.status(), 422);
    for (const int fd : hoard) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    for (int i = 0; i < 10; ++i) expect_service("the descriptors were back");
}

TEST_F(Hostile, StreamsNoticeThatTheirReadersHaveGone) {
    constexpr int readers = 20;
    std::vector<RawClient> clients;
    for (int i = 0; i < readers; ++i) {
        clients.emplace_back(port());
        clients.back().get("/stove/steam/");
        ASSERT_TRUE(clients.back().read_until(": steaming\n\n"));
    }
    ASSERT_TRUE(eventually([&] { return counts(port())["steaming"] == Json(readers); }));
    const auto puff = [&] {
        RawClient client(port());
        client.send(request("POST /stove/puff/", "Content-Length: 0\r\nConnection: close\r\n"));
        return client.status();
    };
    EXPECT_EQ(puff(), 204);
    for (RawClient& client : clients) EXPECT_TRUE(client.read_until("data: puff\n\n"));
    for (int i = 0; i < readers; i += 2) {  // half of them, in both ways
        if (i % 4 == 0)
            clients[static_cast<std::size_t>(i)].close();
        else
            clients[static_cast<std::size_t>(i)].reset();
    }
    EXPECT_TRUE(eventually([&] {
        const Json now = counts(port());
        return now["steaming"] == Json(readers / 2) && now["condensed"] == Json(readers / 2);
    })) << counts(port()).dump();
    EXPECT_EQ(puff(), 204);
    for (int i = 1; i < readers; i += 2)
        EXPECT_TRUE(clients[static_cast<std::size_t>(i)].read_until("data: puff\n\n"));
    server.kernel().stop();
    for (int i = 1; i < readers; i += 2)
        EXPECT_TRUE(clients[static_cast<std::size_t>(i)].ends())
            << "streams end in order at shutdown";
}

}  // namespace kitchen::tests
