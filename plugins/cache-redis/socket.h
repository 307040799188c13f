// A connected stream socket whose every wait has a deadline. (hiredis formats and parses; its own
// input and output know only a timeout for each read, and raise SIGPIPE.)
//
// Errors are failures (failure.h). Thread-safety: one socket, one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include "kitchen/result.h"
#include "redis_url.h"

namespace kitchen::redis {

using Deadline = std::chrono::steady_clock::time_point;

/// Where to connect to, without a name that would have to be looked up.
struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
    std::string text;  ///< for logs
    bool operator==(const Address& other) const { return text == other.text; }
};

/// Looks the name up, which can take as long as the resolver likes: never call it for a caller of
/// the cache. At least one address.
Result<std::vector<Address>> resolve(const Endpoint& endpoint);

class Socket {
public:
    static Result<Socket> connect(const Address& address, Deadline deadline);
    ~Socket();
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    /// All of it. `unreachable` when nothing was taken, else `unanswered`.
    Status send(std::string_view bytes, Deadline deadline);
    /// At least one byte, at most `size`. 0: the time was up, or `wake_fd` (unless -1) became
    /// readable.
    Result<std::size_t> receive(char* out, std::size_t size, Deadline deadline, int wake_fd = -1);
    /// True while the other end has said nothing: an idle connection on which something can be read
    /// was closed, or is out of step.
    bool quiet() const;

private:
    explicit Socket(int fd) : fd_(fd) {}
    int fd_ = -1;
};

}  // namespace kitchen::redis
