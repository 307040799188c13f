#include "isolate/control_channel.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

namespace kitchen::isolate {

namespace {

constexpr std::uint32_t longest = 64 * 1024 * 1024;

bool read_all(int fd, char* bytes, std::size_t size) noexcept {
    while (size > 0) {
        const ssize_t count = ::recv(fd, bytes, size, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

bool write_all(int fd, const char* bytes, std::size_t size) noexcept {
    while (size > 0) {
        const ssize_t count = ::send(fd, bytes, size, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace

std::pair<ControlChannel, ControlChannel> ControlChannel::make() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    return {ControlChannel(UniqueFd(ends[0])), ControlChannel(UniqueFd(ends[1]))};
}

bool ControlChannel::write(std::string_view message) noexcept {
    const auto size = static_cast<std::uint32_t>(message.size());
    char head[sizeof size];
    std::memcpy(head, &size, sizeof size);
    return message.size() <= longest && write_all(fd_.get(), head, sizeof head) &&
           write_all(fd_.get(), message.data(), message.size());
}

ControlChannel::Came ControlChannel::wait(std::chrono::milliseconds at_most) noexcept {
    pollfd watched{fd_.get(), POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(at_most.count())) <= 0) return Came::nothing;
    char byte;
    return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 ? Came::message : Came::end;
}

std::optional<std::string> ControlChannel::read() {
    std::uint32_t size = 0;
    char head[sizeof size];
    if (!read_all(fd_.get(), head, sizeof head)) return std::nullopt;
    std::memcpy(&size, head, sizeof size);
    if (size > longest) return std::nullopt;
    std::string message(size, '\0');
    if (!read_all(fd_.get(), message.data(), size)) return std::nullopt;
    return message;
}

}  // namespace kitchen::isolate
