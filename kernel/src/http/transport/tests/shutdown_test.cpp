// Drain and stop.
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class ShutdownTest : public TransportTest {};

TEST_F(ShutdownTest, DrainFinishesWhatIsInFlightAndClosesTheIdle) {
    Parking parking;
    handler_.request = [&](Request request, std::shared_ptr<Exchange> exchange) {
        if (request.target == "/slow") return parking.park(std::move(exchange));
        exchange->reply(text("quick"));
    };
    Client idle(start()), pooled(port_), busy(port_);
    for (Client* client : {&idle, &pooled}) {
        client->get("/");
        EXPECT_EQ(client->body(), "quick");
    }
    busy.get("/slow");
    auto exchange = parking.take();
    ASSERT_TRUE(exchange);

    transport_->begin_drain();
    pollfd unused{idle.fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&unused, 1, 1000), 0) << "a proxy may be sending on it just now";
    pooled.get("/");
    EXPECT_EQ(pooled.body(), "quick");
    EXPECT_TRUE(pooled.ends());
    Client late(port_);  // a balancer that has not noticed yet
    late.get("/");
    const auto response = late.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "quick");
    EXPECT_TRUE(response->has("Connection: close\r\n"));

    std::thread finish([&] { EXPECT_TRUE(transport_->finish_drain(20s)); });
    EXPECT_TRUE(idle.ends());
    exchange->reply(text("done"));
    const auto last = busy.read_response();
    finish.join();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->body, "done");
    EXPECT_TRUE(last->has("Connection: close\r\n"));
    EXPECT_TRUE(busy.ends());
    EXPECT_EQ(transport_->stats().in_flight, 0u);
}

TEST_F(ShutdownTest, DrainGivesUpAtTheDeadline) {
    Parking parking;
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        parking.park(std::move(exchange));
    };
    Client client(start());
    client.get("/");
    auto exchange = parking.take();
    ASSERT_TRUE(exchange);
    EXPECT_FALSE(transport_->finish_drain(50ms));
    transport_->stop();
    exchange->reply(text("too late"));
    exchange.reset();
    transport_.reset();
}

// Clients that ask without pause, on kept connections and new ones, while the transport drains:
// each request that was sent on a connection that had not been announced as closing gets its
// answer.
TEST_F(ShutdownTest, DrainUnderLoadFailsNobody) {
    DelayPool pool(2);
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        pool.after(500us, [exchange] { exchange->reply(text("ok")); });
    };
    options_.workers = 2;
    start();
    std::atomic<int> answered{0}, failed{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&] {
            for (;;) {
                Client client(0);
                if (!client.connect(port_)) return;  // no longer listening: the end
                for (bool open = true; open;) {
                    client.get("/");
                    const auto response = client.read_response();
                    if (!response) {
                        ++failed;
                        return;
                    }
                    ++answered;
                    open = !response->has("Connection: close");
                }
            }
        });
    EXPECT_TRUE(eventually([&] { return answered > 200; }));
    transport_->begin_drain();
    const int at_drain = answered;
    EXPECT_TRUE(eventually([&] { return answered > at_drain + 200; }));
    EXPECT_TRUE(transport_->finish_drain(20s));
    for (auto& client : clients) client.join();
    transport_->stop();
    EXPECT_EQ(failed, 0);
}

TEST_F(ShutdownTest, SilentConnectionsDoNotHoldUpTheDrain) {
    start();
    Client before(port_);
    before.get("/");
    EXPECT_EQ(before.status(), 200);
    transport_->begin_drain();
    Client after(port_);
    EXPECT_TRUE(transport_->finish_drain(20s));
    EXPECT_TRUE(before.ends());
    EXPECT_TRUE(after.ends());
}

TEST_F(ShutdownTest, WhatTheKernelHadQueuedIsServed) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(std::make_unique<Client>(0));
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    for (auto& client : clients) {  // they stay in the queue while nothing can be accepted; the
                                    // first may be turned away
        ASSERT_TRUE(client->connect(port_));
        ASSERT_TRUE(client->get("/queued"));
    }
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(transport_->finish_drain(20s));
    for (auto& client : clients) {
        const int status = client->status();
        EXPECT_TRUE(status == 200 || (status == 503 && client == clients.front())) << status;
    }
}

std::size_t entries(const char* directory) {
    std::size_t count = 0;
    DIR* open = ::opendir(directory);
    while (::readdir(open)) ++count;
    ::closedir(open);
    return count;
}

TEST_F(ShutdownTest, StopLeavesNoDescriptorAndNoThreadBehind) {
    options_.workers = 3;
    Parking parking;
    handler_.request = [&](Request request, std::shared_ptr<Exchange> exchange) {
        if (request.target == "/park") return parking.park(std::move(exchange));
        exchange->reply(text("ok"));
    };
    // Once before, so that whatever is made once for the process exists.
    start();
    transport_->stop();
    const auto descriptors = entries("/proc/self/fd");
    const auto threads = entries("/proc/self/task");
    for (int round = 0; round < 5; ++round) {
        std::shared_ptr<Exchange> parked;
        {
            start();
            Client idle(port_), half(port_), waiting(port_), closed(port_);
            idle.get("/");
            EXPECT_EQ(idle.status(), 200);
            half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
            waiting.get("/park");
            closed.get("/", "Connection: close\r\n");
            EXPECT_EQ(closed.status(), 200);
            parked = parking.take();
            transport_->stop();
            transport_->stop();
            EXPECT_EQ(transport_->stats().connections, 0u);
            EXPECT_EQ(transport_->stats().in_flight, 0u);
            EXPECT_EQ(waiting.read_response(), std::nullopt);
        }
        parked->reply(text("late"));
        EXPECT_EQ(entries("/proc/self/fd"), descriptors);
        // A thread that has been joined is listed for a moment longer.
        EXPECT_TRUE(eventually([&] { return entries("/proc/self/task") <= threads; }));
    }
}

TEST_F(ShutdownTest, StopWithoutStartAndDestructionWithoutStop) {
    std::make_unique<PolledTransport>(options_, handler_)->stop();
    { const auto never_started = std::make_unique<PolledTransport>(options_, handler_); }
    const auto descriptors = entries("/proc/self/fd");
    {
        const auto abandoned = std::make_unique<PolledTransport>(options_, handler_);
        abandoned->start();
        Client client(abandoned->port());
        client.get("/");
        EXPECT_EQ(client.status(), 200);
    }
    EXPECT_EQ(entries("/proc/self/fd"), descriptors);
}

// Starting and stopping at once: a worker may not have come to run yet.
TEST_F(ShutdownTest, StopRightAfterStart) {
    options_.workers = 4;
    for (int i = 0; i < 50; ++i) {
        start();
        transport_->stop();
    }
}

TEST_F(ShutdownTest, ThreadsOfTheTransportTakeNoSignals) {
    start();
    std::atomic<bool> blocked{false};
    handler_.request = [&](Request, std::shared_ptr<Exchange> exchange) {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1;
        exchange->reply(text("ok"));
    };
    EXPECT_EQ(get("/"), "ok");
    EXPECT_TRUE(blocked);
}

}  // namespace
}  // namespace kitchen::http
