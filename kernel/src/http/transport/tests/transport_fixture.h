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

#include "http/transport/socket.h"
#include "http/transport/transport.h"
#include "kitchen/testkit/raw_client.h"

namespace kitchen::http {

using namespace std::chrono_literals;

inline constexpr int kPatienceMs = testkit::patience_ms;

inline WireResponse text(std::string body, int status = 200) {
    WireResponse response;
    response.status = status;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = std::move(body);
    return response;
}

struct TestHandler : TransportHandler {
    std::function<HeadDecision(const WireRequest&)> head = [](const WireRequest&) {
        return HeadDecision{.body_limit = 1 << 20, .refusal = {}};
    };
    /// Default: answers at once, "METHOD target body".
    std::function<void(WireRequest, std::shared_ptr<Exchange>)> request =
        [](WireRequest request, std::shared_ptr<Exchange> exchange) {
            exchange->reply(text(request.method + " " + request.target + " " + request.body));
        };

    HeadDecision on_head(const WireRequest& request_head) override { return head(request_head); }
    void on_request(WireRequest r, std::shared_ptr<Exchange> exchange) override {
        request(std::move(r), std::move(exchange));
    }
    WireResponse on_framing_error(const FramingError& error, std::string_view,
                                  const WireRequest*) override {
        return text(std::string(error.code), error.status);
    }
};

using Answer = testkit::RawAnswer;
using Client = testkit::RawClient;
using testkit::eventually;

class TransportTest : public testing::Test {
protected:
    ~TransportTest() override {
        if (transport_) transport_->stop();
    }

    std::uint16_t start() {
        transport_ = make_pistache_transport(options_, handler_);
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

/// Exchanges parked by a handler, to be answered when the test says so. The condition is waited
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
        if (!changed_.wait_for(lock, std::chrono::milliseconds(kPatienceMs),
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

/// Answers from several threads, each after a few milliseconds.
class AnswerPool {
public:
    explicit AnswerPool(unsigned threads);
    ~AnswerPool();
    void after(std::chrono::microseconds delay, std::function<void()> task);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::http
