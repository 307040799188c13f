#include "kitchen/testkit/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace kitchen::testkit {

std::string RawResponse::header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at + 2 < head.size();) {
        const std::size_t begin = at + 2;
        at = head.find("\r\n", begin);
        const std::string_view line = std::string_view(head).substr(begin, at - begin);
        if (line.size() > name.size() && line[name.size()] == ':' &&
            ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
            const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
            return value == std::string_view::npos ? std::string()
                                                   : std::string(line.substr(value));
        }
    }
    return {};
}

RawClient::RawClient(std::uint16_t port, RawClientOptions options)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (options.receive_buffer > 0)
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer,
                     sizeof options.receive_buffer);
    if (!options.source.empty()) {
        sockaddr_in from{};
        from.sin_family = AF_INET;
        ::inet_pton(AF_INET, options.source.c_str(), &from.sin_addr);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) close();
    }
    if (port != 0) connect(port);
}

RawClient::~RawClient() { close(); }

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      connected_(std::exchange(other.connected_, false)),
      ended_(other.ended_),
      buffer_(std::move(other.buffer_)) {}

RawClient& RawClient::operator=(RawClient&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(connected_, other.connected_);
    std::swap(ended_, other.ended_);
    buffer_.swap(other.buffer_);
    return *this;
}

bool RawClient::connect(std::uint16_t port) {
    const timeval patience{patience_ms / 1000, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int now = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return connected_;
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawClient::get(std::string_view target, std::string_view fields) {
    return send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
                "\r\n");
}

void RawClient::send_eof() { ::shutdown(fd_, SHUT_WR); }

void RawClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void RawClient::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    connected_ = false;
}

std::optional<std::string> RawClient::read_head() { return read_through("\r\n\r\n"); }

std::optional<RawResponse> RawClient::read_response(bool without_body) {
    auto head = read_head();
    if (!head || head->size() < 12 || !head->starts_with("HTTP/1.1 ")) return std::nullopt;
    RawResponse response;
    response.head = *std::move(head);
    response.status = std::atoi(response.head.c_str() + 9);
    const std::size_t length =
        without_body ? 0 : std::strtoull(response.header("Content-Length").c_str(), nullptr, 10);
    while (buffer_.size() < length)
        if (!fill()) return std::nullopt;
    response.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return response;
}

int RawClient::status() {
    const auto response = read_response();
    return response ? response->status : 0;
}

std::string RawClient::body() {
    auto response = read_response();
    return response ? std::move(response->body) : "(no answer)";
}

std::optional<std::string> RawClient::read_through(std::string_view part) {
    std::size_t at;
    while ((at = buffer_.find(part)) == std::string::npos)
        if (!fill()) return std::nullopt;
    std::string read = buffer_.substr(0, at + part.size());
    buffer_.erase(0, read.size());
    return read;
}

std::optional<std::string> RawClient::read_to_end() {
    while (fill()) {}
    return ended_ ? std::optional(std::exchange(buffer_, "")) : std::nullopt;
}

bool RawClient::wait_until_cut() {
    pollfd watched{fd_, 0, 0};
    return ::poll(&watched, 1, patience_ms) == 1 && (watched.revents & (POLLERR | POLLHUP)) != 0;
}

bool RawClient::fill() {
    char bytes[16 * 1024];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    ended_ = got == 0;
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

bool eventually(const std::function<bool()>& condition) {
    for (int waited = 0; waited < patience_ms; ++waited) {
        if (condition()) return true;
        ::poll(nullptr, 0, 1);
    }
    return false;
}

}  // namespace kitchen::testkit
