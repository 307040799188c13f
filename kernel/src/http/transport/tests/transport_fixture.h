// A transport on a free port, a handler to program, and raw-socket clients that wait by blocking reads.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/transport/socket.h"
#include "http/transport/transport.h"

namespace kitchen::http {

using namespace std::chrono_literals;

/// Long enough that only a real fault reaches it.
inline constexpr int kPatienceMs = 20'000;

inline WireResponse text(std::string body, int status = 200) {
    WireResponse response;
    response.status = status;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = std::move(body);
    return response;
}

struct TestHandler : TransportHandler {
    std::function<HeadDecision(const WireRequest&)> head = [](const WireRequest&) { return HeadDecision{.body_limit = 1 << 20, .refusal = {}}; };
    /// Default: answers at once, "METHOD target body".
    std::function<void(WireRequest, std::shared_ptr<Exchange>)> request = [](WireRequest request, std::shared_ptr<Exchange> exchange) {
        exchange->reply(text(request.method + " " + request.target + " " + request.body));
    };

    HeadDecision on_head(const WireRequest& request_head) override { return head(request_head); }
    void on_request(WireRequest r, std::shared_ptr<Exchange> exchange) override { request(std::move(r), std::move(exchange)); }
    WireResponse on_framing_error(int status, std::string_view code, std::string_view) override { return text(std::string(code), status); }
};

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    bool has(std::string_view part) const { return head.find(part) != std::string::npos; }
};

class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer > 0) setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        if (port != 0) connect(port);
    }

    bool connect(std::uint16_t port) {
        const timeval patience{kPatienceMs / 1000, 0};
        setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const int now = 1;
        setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }

    int fd() const { return fd_.get(); }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    bool get(std::string_view target, std::string_view fields = "") {
        return send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
    }
    void send_eof() { ::shutdown(fd_.get(), SHUT_WR); }
    void reset() {
        make_abortive(fd_.get());
        fd_.reset();
    }
    void close() { fd_.reset(); }

    /// Everything until the empty line, or nothing when the connection ends or fails before.
    std::optional<std::string> read_head() {
        for (;;) {
            const auto end = buffer_.find("\r\n\r\n");
            if (end != std::string::npos) {
                auto head = buffer_.substr(0, end + 4);
                buffer_.erase(0, end + 4);
                return head;
            }
            if (!fill()) return std::nullopt;
        }
    }

    /// One answer framed by Content-Length (0 without).
    std::optional<Answer> read_answer(bool without_body = false) {
        const auto head = read_head();
        if (!head) return std::nullopt;
        Answer answer;
        answer.head = *head;
        answer.status = std::stoi(head->substr(9, 3));
        const auto at = head->find("\r\nContent-Length: ");
        const std::size_t length = at == std::string::npos || without_body ? 0 : std::stoul(head->substr(at + 18));
        while (buffer_.size() < length)
            if (!fill()) return std::nullopt;
        answer.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return answer;
    }

    /// The status, or 0 when there is no answer.
    int status() {
        const auto answer = read_answer();
        return answer ? answer->status : 0;
    }
    std::string body() {
        const auto answer = read_answer();
        return answer ? answer->body : "(no answer)";
    }

    bool read_until(std::string_view part) {
        while (buffer_.find(part) == std::string::npos)
            if (!fill()) return false;
        buffer_.erase(0, buffer_.find(part) + part.size());
        return true;
    }
    /// What is left until the end; nothing when the connection was reset or nobody closed it.
    std::optional<std::string> read_to_end() {
        while (fill()) {
        }
        return ended_ ? std::optional(std::exchange(buffer_, "")) : std::nullopt;
    }
    /// True when the connection ends in order with nothing left to read.
    bool ends() { return read_to_end() == ""; }

    /// Waits, without reading, until the connection is cut.
    bool wait_until_cut() {
        pollfd watched{fd_.get(), 0, 0};
        return ::poll(&watched, 1, kPatienceMs) == 1 && (watched.revents & (POLLERR | POLLHUP)) != 0;
    }

private:
    bool fill() {
        char bytes[16 * 1024];
        const auto got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
        ended_ = got == 0;
        if (got <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    UniqueFd fd_;
    std::string buffer_;
    bool ended_ = false;
};

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

/// Exchanges parked by a handler, to be answered when the test says so. The condition is waited for, never slept for.
class Parking {
public:
    void park(std::shared_ptr<Exchange> exchange) {
        const std::lock_guard lock(mutex_);
        parked_.push_back(std::move(exchange));
        changed_.notify_all();
    }
    std::shared_ptr<Exchange> take() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::milliseconds(kPatienceMs), [this] { return !parked_.empty(); })) return nullptr;
        auto exchange = std::move(parked_.front());
        parked_.erase(parked_.begin());
        return exchange;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Exchange>> parked_;
};

/// Waits until a condition holds that nothing signals. Polls; says false only when patience has run out.
inline bool eventually(const std::function<bool()>& condition) {
    for (int waited = 0; waited < kPatienceMs; ++waited) {
        if (condition()) return true;
        ::poll(nullptr, 0, 1);
    }
    return false;
}

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
