#include "socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include "failure.h"

namespace kitchen::redis {

namespace {

std::string reason_of(int error) { return std::generic_category().message(error); }

// Events of the first descriptor, 0 when the time is up or the second one is readable.
short wait_for(int fd, short events, Deadline deadline, int wake_fd = -1) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                              deadline - std::chrono::steady_clock::now())
                              .count();
        pollfd fds[2] = {{fd, events, 0}, {wake_fd, POLLIN, 0}};
        const int ready =
            ::poll(fds, 2, static_cast<int>(std::clamp<long long>(left, 0, 3'600'000)));
        if (ready > 0) return fds[0].revents;
        if (ready == 0 && left <= 3'600'000) return 0;
        if (ready < 0 && errno != EINTR) return POLLERR;
    }
}

}  // namespace

Result<std::vector<Address>> resolve(const Endpoint& endpoint) {
    std::vector<Address> out;
    if (!endpoint.socket_path.empty()) {
        Address address;
        auto& un = reinterpret_cast<sockaddr_un&>(address.bytes);
        un.sun_family = AF_UNIX;
        std::memcpy(un.sun_path, endpoint.socket_path.c_str(),
                    std::min(endpoint.socket_path.size() + 1, sizeof un.sun_path));
        address.size = sizeof un;
        address.text = endpoint.socket_path;
        out.push_back(std::move(address));
        return out;
    }
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(endpoint.host.c_str(),
                                        std::to_string(endpoint.port).c_str(), &hints, &found);
        error != 0)
        return failed(failure::unreachable,
                      "the host " + endpoint.host + " is not known: " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
    for (const addrinfo* one = found; one; one = one->ai_next) {
        char host[NI_MAXHOST];
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, host, sizeof host, nullptr, 0,
                          NI_NUMERICHOST) != 0)
            continue;
        Address address;
        std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
        address.size = one->ai_addrlen;
        address.text = to_string(Endpoint{host, endpoint.port, {}});
        out.push_back(std::move(address));
    }
    if (out.empty())
        return failed(failure::unreachable, "the host " + endpoint.host + " has no address");
    return out;
}

Result<Socket> Socket::connect(const Address& address, Deadline deadline) {
    Socket socket(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.fd_ < 0) return failed(failure::unreachable, "no socket: " + reason_of(errno));
    if (address.bytes.ss_family != AF_UNIX) {
        const int on = 1;
        ::setsockopt(socket.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(socket.fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    if (::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) !=
        0) {
        int error = errno;
        if (error == EINPROGRESS) {
            if (wait_for(socket.fd_, POLLOUT, deadline) == 0)
                return failed(failure::unreachable,
                              "no connection to " + address.text + " in time");
            socklen_t size = sizeof error;
            ::getsockopt(socket.fd_, SOL_SOCKET, SO_ERROR, &error, &size);
        }
        if (error != 0)
            return failed(failure::unreachable,
                          "no connection to " + address.text + ": " + reason_of(error));
    }
    return socket;
}

Socket::~Socket() {
    if (fd_ >= 0) ::close(fd_);
}

Status Socket::send(std::string_view bytes, Deadline deadline) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t sent = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (sent >= 0) {
            done += static_cast<std::size_t>(sent);
            continue;
        }
        const int error = errno;
        if (error == EINTR) continue;
        const std::string_view how_far = done == 0 ? failure::unreachable : failure::unanswered;
        if (error != EAGAIN && error != EWOULDBLOCK)
            return failed(how_far, "sending failed: " + reason_of(error));
        if (wait_for(fd_, POLLOUT, deadline) == 0)
            return failed(how_far, "the server takes nothing in time");
    }
    return {};
}

Result<std::size_t> Socket::receive(char* out, std::size_t size, Deadline deadline, int wake_fd) {
    for (;;) {
        const ssize_t got = ::recv(fd_, out, size, 0);
        if (got > 0) return static_cast<std::size_t>(got);
        if (got == 0) return failed(failure::unanswered, "the server closed the connection");
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return failed(failure::unanswered, "receiving failed: " + reason_of(errno));
        if (wait_for(fd_, POLLIN, deadline, wake_fd) == 0) return std::size_t{0};
    }
}

bool Socket::quiet() const {
    pollfd one{fd_, POLLIN, 0};
    return ::poll(&one, 1, 0) == 0;
}

}  // namespace kitchen::redis
