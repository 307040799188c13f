// Owned descriptors and the few socket calls the transport needs.
//
// Thread-safety: UniqueFd is a plain value; the functions are pure but for the sockets they touch.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

namespace kitchen::http {

/// A file descriptor, closed once.
class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~UniqueFd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void reset(int fd = -1) noexcept;

private:
    int fd_ = -1;
};

/// A non-blocking listening socket. `address` is numeric or a host name; "::" also takes IPv4.
/// Throws std::runtime_error naming the address.
UniqueFd listen_on(const std::string& address, std::uint16_t port);

/// The port a socket is bound to.
std::uint16_t local_port(int fd);

/// Numeric, without the port; an IPv4 address inside an IPv6 one is given as IPv4.
std::string numeric_address(const sockaddr_storage& address);

/// A non-blocking eventfd, or an invalid descriptor.
UniqueFd make_event_fd() noexcept;
void signal_event_fd(int fd) noexcept;
void drain_event_fd(int fd) noexcept;

/// A listening socket ignores SYNs from now on; handshakes under way still end. Best effort.
void refuse_new_handshakes(int listening_fd) noexcept;

/// Closing now sends a reset instead of whatever is queued.
void make_abortive(int fd) noexcept;

}  // namespace kitchen::http
