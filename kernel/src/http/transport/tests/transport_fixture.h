// A transport on a free port, a handler to program, and raw-socket clients that wait by blocking
// reads.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/transport/tcp_socket.h"
#include "http/transport/transport.h"
#include "http/transport/worker_pool.h"
#include "kitchen/testkit/raw_client.h"

namespace kitchen::http {

using namespace std::chrono_literals;

inline constexpr int patience_ms = testkit::patience_ms;

inline Response text(std::string body, int status = 200) {
    Response response(status);
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = std::move(body);
    return response;
}

inline std::string post(std::string_view target, std::string_view body,
                        std::string_view fields = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline HeadDecision limited_to(std::size_t body_limit) {
    HeadDecision decision;
    decision.body_limit = body_limit;
    return decision;
}

struct TestHandler : TransportHandler {
    std::function<HeadDecision(const Request&)> head = [](const Request&) {
        return limited_to(1 << 20);
    };
    /// Default: responds at once, "METHOD target body".
    std::function<void(Request, std::shared_ptr<Exchange>)> request =
        [](Request request, std::shared_ptr<Exchange> exchange) {
            exchange->reply(text(request.method + " " + request.target + " " + request.body));
        };

    std::unique_ptr<HeadDecision> on_head(Request& request_head) override {
        return std::make_unique<HeadDecision>(head(request_head));
    }
    void on_request(std::unique_ptr<Request> r, std::unique_ptr<HeadDecision>,
                    std::shared_ptr<Exchange> exchange) override {
        request(std::move(*r), std::move(exchange));
    }
    Response on_framing_error(const FramingError& error, std::string_view, const Request*,
                              const HeadDecision*) override {
        return text(std::string(error.code), error.status);
    }
};

using CachedResponse = testkit::RawResponse;
using Client = testkit::RawClient;
using testkit::eventually;

/// With a thread of its own that polls.
class PolledTransport final : public Transport {
public:
    PolledTransport(const TransportOptions& options, TransportHandler& handler)
        : transport_(make_pistache_transport(options, handler, pool_)) {}
    ~PolledTransport() override { stop(); }

    void start() override { transport_->start(); }
    std::uint16_t port() const override { return transport_->port(); }
    void begin_drain() override { transport_->begin_drain(); }
    bool finish_drain(std::chrono::milliseconds deadline) override {
        return transport_->finish_drain(deadline);
    }
    void stop() override {
        transport_->stop();
        pool_.stop();
    }
    TransportStats stats() const override { return transport_->stats(); }

private:
    WorkerPool pool_{0, 0};
    const std::unique_ptr<Transport> transport_;
};

class TransportTest : public testing::Test {
protected:
    ~TransportTest() override {
        if (transport_) transport_->stop();
    }

    std::uint16_t start() {
        transport_ = std::make_unique<PolledTransport>(options_, handler_);
        transport_->start();
        return port_ = transport_->port();
    }
    std::string get(std::string_view target) {
        Client client(port_);
        client.get(target);
        return client.body();
    }

    TransportOptions options_;
    TestHandler handler_;
    std::unique_ptr<Transport> transport_;
    std::uint16_t port_ = 0;
};

/// Exchanges parked by a handler, to be replied to when the test says so. The condition is waited
/// for, never slept for.
class Parking {
public:
    void park(std::shared_ptr<Exchange> exchange) {
        const std::lock_guard lock(mutex_);
        parked_.push_back(std::move(exchange));
        changed_.notify_all();
    }
    std::shared_ptr<Exchange> take() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::milliseconds(patience_ms),
                               [this] { return !parked_.empty(); }))
            return nullptr;
        auto exchange = std::move(parked_.front());
        parked_.erase(parked_.begin());
        return exchange;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Exchange>> parked_;
};

/// Runs tasks on several threads, each after a few milliseconds.
class DelayPool {
public:
    explicit DelayPool(unsigned threads);
    ~DelayPool();
    void after(std::chrono::microseconds delay, std::function<void()> task);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::http
