#include "tcp_socket.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace kitchen::http {
namespace {

void set_option(int fd, int level, int option, int value) noexcept {
    setsockopt(fd, level, option, &value, sizeof value);
}

// Accepted sockets inherit these from the listening one on Linux: no calls for each connection.
// Keep-alive probes find the clients that vanished without a FIN, behind a stream that has nothing
// to say or a handler that takes long.
void set_inherited_options(int fd) noexcept {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

UniqueFd listen_at(const addrinfo& at, int& error) {
    UniqueFd fd(
        ::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at.ai_protocol));
    if (fd) {
        set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
        set_inherited_options(fd.get());
        if (at.ai_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(at.ai_addr);
            set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY,
                       IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr) ? 0 : 1);
        }
        if (::bind(fd.get(), at.ai_addr, at.ai_addrlen) == 0 && ::listen(fd.get(), SOMAXCONN) == 0)
            return fd;
    }
    error = errno;
    return UniqueFd();
}

}  // namespace

UniqueFd listen_on(const std::string& address, std::uint16_t port) {
    const auto name = address + ":" + std::to_string(port);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int failure =
            getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found))
        throw std::runtime_error("cannot listen on " + name + ": " + gai_strerror(failure));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    int error = 0;
    for (const addrinfo* at = found; at; at = at->ai_next)
        if (auto fd = listen_at(*at, error)) return fd;
    throw std::runtime_error("cannot listen on " + name + ": " + std::strerror(error));
}

std::uint16_t local_port(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::string numeric_address(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text,
                  sizeof text);
    } else if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&v6)) {
            inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text);
        } else {
            inet_ntop(AF_INET6, &v6, text, sizeof text);
        }
    }
    return text;
}

UniqueFd make_event_fd() noexcept { return UniqueFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

void signal_event_fd(int fd) noexcept { eventfd_write(fd, 1); }

void drain_event_fd(int fd) noexcept {
    eventfd_t ignored;
    eventfd_read(fd, &ignored);
}

void refuse_new_handshakes(int listening_fd) noexcept {
    // The filter sees the TCP header: byte 13 holds the flags. SYN without ACK is dropped.
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),          BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    };
    const sock_fprog program{sizeof code / sizeof code[0], code};
    setsockopt(listening_fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void limit_unacknowledged(int fd, std::chrono::milliseconds limit) noexcept {
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limit.count()));
}

void make_abortive(int fd) noexcept {
    const linger now{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace kitchen::http
