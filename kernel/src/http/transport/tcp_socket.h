// The few socket calls the transport needs.
//
// Thread-safety: pure functions but for the sockets they touch.
#pragma once

#include <chrono>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "kitchen/unique_fd.h"

namespace kitchen::http {

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

/// The connection fails when what was sent is not acknowledged for so long.
void limit_unacknowledged(int fd, std::chrono::milliseconds limit) noexcept;

/// Closing now sends a reset instead of whatever is queued.
void make_abortive(int fd) noexcept;

}  // namespace kitchen::http
