#include "scripted_replica.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace kitchen::tests {
namespace {

/// One request with its body, framed by Content-Length (nginx has read it whole, and says how long
/// it is); "" at the end.
std::string read_request(int fd) {
    std::string text;
    std::size_t wanted = std::string::npos;
    while (text.size() < wanted) {
        char bytes[16 * 1024];
        const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0) return {};
        text.append(bytes, static_cast<std::size_t>(got));
        if (const std::size_t end = text.find("\r\n\r\n");
            wanted == std::string::npos && end != std::string::npos) {
            const std::size_t length = text.find("\r\nContent-Length: ");
            wanted = end + 4 +
                     (length < end ? std::strtoul(text.c_str() + length + 18, nullptr, 10) : 0);
        }
    }
    return text;
}

}  // namespace

ScriptedReplica::ScriptedReplica(Script script)
    : script_(std::move(script)), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no port for a scripted replica");
    port_ = ::ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
}

ScriptedReplica::~ScriptedReplica() {
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    for (std::thread& thread : serving_) thread.join();
    for (const int fd : open_) ::close(fd);
    ::close(listening_);
}

void ScriptedReplica::accept_all() {
    for (int fd; (fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
        ++connections_;
        open_.push_back(fd);
        serving_.emplace_back([this, fd] { serve(fd); });
    }
}

void ScriptedReplica::serve(int fd) {
    for (std::string request; !(request = read_request(fd)).empty();) {
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        const std::string response = script_(request);
        if (response.empty() || ::send(fd, response.data(), response.size(), MSG_NOSIGNAL) !=
                                    static_cast<ssize_t>(response.size()))
            break;
    }
    ::shutdown(fd, SHUT_RDWR);
}

std::vector<std::string> ScriptedReplica::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::string ScriptedReplica::response(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace kitchen::tests
