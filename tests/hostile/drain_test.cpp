// SIGTERM under load, on the real executable.
//
// What counts as lost: a request of which every byte was sent, on a connection that connect() had
// reported open, no later than 400 ms after the connection was opened or its last response came (an
// idle connection is closed half a second after the notice), and that got no whole response. A
// connection that was refused is no loss: nothing had been sent, and the client may try another
// server.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "wire_case.h"

namespace kitchen::tests {
namespace {

using testkit::eventually;
using testkit::RestaurantProcess;
using SteadyClock = std::chrono::steady_clock;

constexpr const char* admin =
    "Authorization: Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6U3cwcmRmaXNoLWFuZC1yaWNl\r\n";

/// The restaurant in memory, with the stove and one dish, open.
std::unique_ptr<RestaurantProcess> open_restaurant(testkit::RestaurantConfig config) {
    config.plugins = {stove()};
    auto restaurant = std::make_unique<RestaurantProcess>(std::move(config));
    restaurant->start();
    restaurant->food("Jollof Rice", 250'000, 1'000'000);
    return restaurant;
}

struct DrainTally {
    std::atomic<long> answered{0}, lost{0}, late{0}, turned_away{0}, refused{0};
};

/// Asks on one connection after another, many requests on each, until no connection is taken any
/// more.
void keep_asking(std::uint16_t port, unsigned seed, DrainTally& tally,
                 std::set<std::string>& orders) {
    const std::string order = json_request("POST /cart/", R"({"food_id":1})", admin);
    const std::string targets[] = {"GET /foods/", "GET /livez", "GET /stove/simmer/x/?ms=5",
                                   "GET /foods/1/", "GET /categories/"};
    for (unsigned n = seed;; ++n) {
        RawClient client(port);
        if (!client.is_open()) {
            ++tally.turned_away;
            return;
        }
        auto open_since = SteadyClock::now();
        for (int i = 0; i < 50; ++i, ++n) {
            const bool writes = n % 7 == 0;
            char byte;
            if (::recv(client.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
                break;  // closed before anything was sent
            const bool sent = client.send(writes ? order : request(targets[n % 5]));
            const bool in_time = SteadyClock::now() - open_since < std::chrono::milliseconds(400);
            const auto response = client.read_response();
            if (!response) {
                ++(sent && in_time ? tally.lost : tally.late);
                break;
            }
            open_since = SteadyClock::now();
            if (response->status == 503)
                ++tally.refused;
            else
                ++tally.answered;
            if (writes && response->status < 300) orders.insert(response->body);
            if (response->header("Connection") == "close") break;
        }
    }
}

}  // namespace

class Drain : public testing::TestWithParam<const char*> {};

// At once, and with connections that are taken and turned away for a while.
TEST_P(Drain, NoResponseIsLostUnderLoad) {
    const auto server = open_restaurant(
        {.server = "workers: 2, timeouts: {drain: 20s, notice: " + std::string(GetParam()) + "}"});
    RawClient first(server->port());  // the password is hashed once, before the clock runs
    first.send(request("GET /cart/", std::string(admin) + "Connection: close\r\n"));
    ASSERT_EQ(first.status(), 200);
    DrainTally tally;
    std::vector<std::set<std::string>> orders(8);
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < 8; ++i)
        clients.emplace_back([&, i] { keep_asking(server->port(), i * 1000, tally, orders[i]); });
    ASSERT_TRUE(eventually([&] { return tally.answered > 500; }));
    server->process().signal(SIGTERM);
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(server->process().wait(), 0) << server->output();
    EXPECT_EQ(tally.lost, 0);
    EXPECT_EQ(tally.refused, 0);
    EXPECT_EQ(tally.turned_away, 8);
    std::cout << "drain: " << tally.answered << " answered, " << tally.lost << " lost, "
              << tally.late << " sent too late\n";
    EXPECT_NE(server->output().find("clean=true"), std::string::npos)
        << server->output().substr(server->output().size() - 500);
}

INSTANTIATE_TEST_SUITE_P(Notices, Drain, testing::Values("0s", "500ms"),
                         [](const auto& info) { return "Of" + std::string(info.param); });

// Readiness goes down first, and for as long as `timeouts.notice` says new connections are served
// all the same: a balancer that looks at /readyz has that long to send its clients elsewhere.
TEST(Signals, ReadinessGoesDownBeforeAnythingElse) {
    const auto server = open_restaurant({.server = "timeouts: {notice: 4s, drain: 20s}"});
    RawClient kept(server->port());
    kept.get("/readyz");
    ASSERT_EQ(kept.status(), 200);
    RawClient busy(server->port());
    busy.get("/stove/simmer/busy/?ms=6000");
    RawClient see(server->port());
    ASSERT_TRUE(eventually([&] {
        see.get("/livez");
        return see.status() == 200;
    }));
    server->process().signal(SIGTERM);
    std::optional<RawResponse> down;
    ASSERT_TRUE(eventually([&] {
        RawClient balancer(server->port());
        balancer.get("/readyz");
        down = balancer.read_response();
        return !down || down->status != 200;
    }));
    ASSERT_TRUE(down) << "a new connection was refused before readiness had gone down";
    EXPECT_EQ(down->status, 503) << down->body;
    EXPECT_EQ(down->header("Connection"), "close");
    RawClient late(server->port());
    late.get("/foods/");
    EXPECT_EQ(late.status(), 200) << "the balancer has not noticed yet";
    EXPECT_EQ(busy.status(), 200) << "what was under way is finished";
    EXPECT_EQ(server->process().wait(), 0) << server->output();
    EXPECT_FALSE(RawClient(server->port()).is_open());
}

TEST(Signals, ASecondSignalEndsItAtOnce) {
    const auto server = open_restaurant({.server = "timeouts: {drain: 1h}"});
    RawClient stuck(server->port());
    stuck.get("/stove/simmer/stuck/?ms=60000");
    RawClient kept(server->port());
    kept.get("/readyz");
    ASSERT_EQ(kept.status(), 200);
    server->process().signal(SIGTERM);
    // It has begun to drain: new connections are refused.
    ASSERT_TRUE(eventually([&] { return !RawClient(server->port()).is_open(); }));
    server->process().signal(SIGTERM);
    EXPECT_EQ(server->process().wait(), 143) << server->output();
}

// A handler that never ends may not keep the process for ever.
TEST(Signals, AStuckHandlerDoesNotOutliveTheDeadline) {
    const auto server = open_restaurant({.server = "timeouts: {drain: 200ms}"});
    RawClient stuck(server->port());
    stuck.get("/stove/simmer/stuck/?ms=60000");
    RawClient kept(server->port());
    kept.get("/foods/");
    ASSERT_EQ(kept.status(), 200);
    server->process().signal(SIGTERM);
    EXPECT_EQ(server->process().wait(), 6) << server->output();
    EXPECT_NE(server->output().find("requests cut off at the deadline"), std::string::npos)
        << server->output();
}

// Sixty-four descriptors for everything: it sheds, does not spin, and recovers.
TEST(Signals, FewDescriptorsAreSurvived) {
    const auto server = open_restaurant({.wrapper = {"prlimit", "--nofile=64"}});
    RawClient early(server->port());
    early.get("/foods/");
    ASSERT_EQ(early.status(), 200);
    std::vector<RawClient> crowd;
    for (int i = 0; i < 200; ++i) crowd.emplace_back(server->port());
    int refused = 0;
    for (RawClient& client : crowd) {
        client.get("/livez", "Connection: close\r\n");
        const int status = client.status();
        EXPECT_TRUE(status == 200 || status == 503 || status == 0) << status;
        if (status != 200) ++refused;
    }
    EXPECT_GT(refused, 0);
    early.get("/foods/");
    EXPECT_EQ(early.status(), 200);
    crowd.clear();
    EXPECT_TRUE(eventually([&] {
        RawClient client(server->port());
        client.get("/foods/", "Connection: close\r\n");
        return client.status() == 200;
    }));
    // Connections that stay, more than there are descriptors: who waits costs nothing.
    for (int i = 0; i < 100; ++i) crowd.emplace_back(server->port());
    const double before = server->process().processor_seconds();
    pollfd nothing{-1, 0, 0};
    ::poll(&nothing, 1, 500);
    EXPECT_LT(server->process().processor_seconds() - before, 0.25)
        << "half a second of waiting must not be half a second of work";
    crowd.clear();
    server->process().signal(SIGTERM);
    EXPECT_EQ(server->process().wait(), 0) << server->output();
}

}  // namespace kitchen::tests
