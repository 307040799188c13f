#include "http_connection.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace kitchen::testkit {

void client_failure(const std::string& what) { throw std::runtime_error("HttpClient: " + what); }

namespace {

[[noreturn]] void fail_errno(const std::string& what) {
    client_failure(what + ": " + std::strerror(errno));
}

}  // namespace

HttpConnection::HttpConnection(const std::string& host, std::uint16_t port) {
    sockaddr_storage address{};
    socklen_t length = 0;
    if (auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
        inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        length = sizeof *v4;
    } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
               inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        length = sizeof *v6;
    } else {
        client_failure("'" + host + "' is not a numeric address");
    }
    fd_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) fail_errno("socket");
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0) {
        const int reason = errno;
        ::close(fd_);
        errno = reason;
        fail_errno("connect to port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

HttpConnection::HttpConnection(const std::string& host, std::uint16_t port,
                               const TlsOptions& options, Time deadline)
    : HttpConnection(host, port) {
    tls_ = std::make_unique<TlsSession>(options.authority, options.server_name);
    for (bool done = false; !done;) {
        done = tls_->shake_hands();
        if (!send_all(tls_->outgoing(), deadline)) throw Disconnected{};
        if (!done && !receive(deadline)) throw Disconnected{};
    }
}

HttpConnection::~HttpConnection() { ::close(fd_); }

bool HttpConnection::write(std::string_view bytes, Time deadline) {
    if (!tls_) return send_all(bytes, deadline);
    tls_->put(bytes);
    return send_all(tls_->outgoing(), deadline);
}

std::string HttpConnection::read_line(Time deadline) {
    for (;;) {
        const std::size_t end = buffer_.find("\r\n");
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 2);
            return line;
        }
        if (!fill(deadline)) {
            if (buffer_.empty()) throw Disconnected{};
            client_failure("the connection ended inside the head of an answer");
        }
    }
}

std::string HttpConnection::read_exactly(std::size_t size, Time deadline) {
    while (buffer_.size() < size)
        if (!fill(deadline)) client_failure("the connection ended inside the body of an answer");
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
}

bool HttpConnection::is_stale() {
    if (tls_) {  // its own bytes may come at any time, too
        pollfd entry{fd_, POLLIN, 0};
        while (::poll(&entry, 1, 0) > 0)
            if (receive_some() == Received::nothing_more) return true;
        return false;
    }
    char byte;
    const ssize_t got = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

std::optional<std::string> HttpConnection::read_some(Time deadline) {
    if (buffer_.empty() && !fill(deadline)) return std::nullopt;
    return std::exchange(buffer_, {});
}

std::optional<std::string> HttpConnection::read_chunk(Time deadline) {
    const std::size_t size = std::stoul(read_line(deadline), nullptr, 16);
    std::string chunk = read_exactly(size, deadline);
    read_exactly(2, deadline);
    return size > 0 ? std::optional(std::move(chunk)) : std::nullopt;
}

short HttpConnection::wait(short events, Time deadline) {
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                              deadline - std::chrono::steady_clock::now())
                              .count();
        if (left <= 0) client_failure("no whole answer within 30 s");
        pollfd entry{fd_, events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(left));
        if (ready > 0) return entry.revents;
        if (ready < 0 && errno != EINTR) fail_errno("poll");
    }
}

bool HttpConnection::send_all(std::string_view bytes, Time deadline) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            // A response that is there already means that the server may not read on.
            if ((wait(POLLIN | POLLOUT, deadline) & POLLIN) &&
                (!tls_ || receive_some() == Received::nothing_more || !buffer_.empty()))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

HttpConnection::Received HttpConnection::receive_some() {
    char chunk[16 * 1024];
    const ssize_t got = ::recv(fd_, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Received::nothing_yet;
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return Received::nothing_more;
    if (got < 0) fail_errno("recv");
    const std::string_view bytes(chunk, static_cast<std::size_t>(got));
    if (!tls_) {
        buffer_.append(bytes);
        return Received::bytes;
    }
    tls_->take(bytes, buffer_);
    return tls_->has_ended() ? Received::nothing_more : Received::bytes;
}

bool HttpConnection::receive(Time deadline) {
    for (;;) {
        wait(POLLIN, deadline);
        const Received received = receive_some();
        if (received != Received::nothing_yet) return received == Received::bytes;
    }
}

bool HttpConnection::fill(Time deadline) {
    const std::size_t before = buffer_.size();
    while (buffer_.size() == before)
        if (!receive(deadline)) return buffer_.size() > before;
    return true;
}

}  // namespace kitchen::testkit
