#include "kitchen/testkit/fault_proxy.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kitchen::testkit {

namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t window =
    256 * 1024;  // bytes held back in one direction before the proxy stops reading

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(port);
    return address;
}

struct Faults {
    std::chrono::milliseconds delay{0};
    std::size_t slice = 0;
    bool black_hole = false;
};

/// One direction of one connection.
struct Flow {
    struct Chunk {
        SteadyClock::time_point due;
        std::string bytes;
    };
    std::deque<Chunk> chunks;
    std::size_t held = 0;
    bool ended = false;   // the source has closed
    bool passed = false;  // and that has been passed on
};

struct Link {
    int client = -1, server = -1;
    Flow to_server, to_client;
    std::string recent;          // end of what the client sent, where a text may have begun
    bool drop_response = false;  // the next response ends the connection
    bool dead = false;
    ~Link() {
        ::close(client);
        ::close(server);
    }
};

}  // namespace

struct FaultProxy::Impl {
    explicit Impl(std::uint16_t to) : target(to) {
        listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (listener < 0 || wake < 0 ||
            ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener, 128) != 0 ||
            ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no port for the proxy");
        port = ::ntohs(address.sin_port);
        thread = std::thread([this] { work(); });
    }
    ~Impl() {
        {
            std::lock_guard lock(mutex);
            over = true;
        }
        rouse();
        thread.join();
        ::close(listener);
        ::close(wake);
    }
    void rouse() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto done = ::write(wake, &one, sizeof one);
    }
    Faults& of(Towards direction) { return direction == Towards::server ? to_server : to_client; }

    template <class Change>
    void change(Change what) {
        {
            std::lock_guard lock(mutex);
            what();
        }
        rouse();
    }

    void accept_one() {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0) return;
        ++taken;
        sockaddr_in address = loopback(target);
        const int server = refusing ? -1 : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (server < 0 ||
            ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::close(server);
            ::close(client);
            return;
        }
        const int on = 1;
        ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Link& link = links.emplace_back();
        link.client = client;
        link.server = server;
    }

    /// True when the text of a fault, set and not struck yet, ends in what the client has just
    /// sent.
    static bool holds(Link& link, const std::string& bytes, const std::string& text) {
        return !text.empty() && (link.recent + bytes).find(text) != std::string::npos;
    }

    void read_from(Link& link, Towards direction) {
        Flow& flow = direction == Towards::server ? link.to_server : link.to_client;
        char buffer[16 * 1024];
        const ssize_t got = ::recv(direction == Towards::server ? link.client : link.server, buffer,
                                   sizeof buffer, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            flow.ended = true;
            if (got < 0) link.dead = true;
            return;
        }
        std::string bytes(buffer, static_cast<std::size_t>(got));
        const Faults& faults = of(direction);
        if (direction == Towards::server) {
            if (holds(link, bytes, before)) {
                before.clear();
                ++struck;
                link.dead = true;
                return;
            }
            if (holds(link, bytes, response_to)) {
                response_to.clear();
                ++struck;
                link.drop_response = true;
            }
            link.recent =
                (link.recent + bytes)
                    .substr(std::max<std::ptrdiff_t>(
                        0, static_cast<std::ptrdiff_t>(link.recent.size() + bytes.size()) - 64));
        } else if (link.drop_response) {
            link.dead = true;  // the server has done it
            return;
        }
        if (faults.black_hole) return;
        flow.held += bytes.size();
        flow.chunks.push_back({SteadyClock::now() + faults.delay, std::move(bytes)});
    }

    /// Passes on what is due.
    void write_to(Link& link, Towards direction) {
        Flow& flow = direction == Towards::server ? link.to_server : link.to_client;
        const int fd = direction == Towards::server ? link.server : link.client;
        while (!flow.chunks.empty() && flow.chunks.front().due <= SteadyClock::now()) {
            std::string& bytes = flow.chunks.front().bytes;
            const std::size_t slice = of(direction).slice;
            const ssize_t sent =
                ::send(fd, bytes.data(), slice ? std::min(slice, bytes.size()) : bytes.size(),
                       MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
            if (sent < 0) {
                link.dead = true;
                return;
            }
            flow.held -= static_cast<std::size_t>(sent);
            bytes.erase(0, static_cast<std::size_t>(sent));
            if (bytes.empty()) flow.chunks.pop_front();
        }
        if (flow.ended && flow.chunks.empty() && !flow.passed) {
            ::shutdown(fd, SHUT_WR);
            flow.passed = true;
        }
    }

    void work() {
        for (;;) {
            std::vector<pollfd> polled = {{wake, POLLIN, 0}, {listener, POLLIN, 0}};
            int timeout = -1;
            {
                std::lock_guard lock(mutex);
                if (over) return;
                for (Link& link : links) {
                    const auto events = [&](const Flow& in, const Flow& out) {
                        short wanted = 0;
                        if (!in.ended && in.held < window) wanted |= POLLIN;
                        if (!out.chunks.empty()) {
                            const auto wait = std::chrono::ceil<std::chrono::milliseconds>(
                                                  out.chunks.front().due - SteadyClock::now())
                                                  .count();
                            if (wait <= 0)
                                wanted |= POLLOUT;
                            else
                                timeout = timeout < 0 ? static_cast<int>(wait)
                                                      : std::min(timeout, static_cast<int>(wait));
                        }
                        return wanted;
                    };
                    polled.push_back({link.client, events(link.to_server, link.to_client), 0});
                    polled.push_back({link.server, events(link.to_client, link.to_server), 0});
                }
            }
            ::poll(polled.data(), polled.size(), timeout);
            std::lock_guard lock(mutex);
            std::uint64_t drained = 0;
            while (::read(wake, &drained, sizeof drained) > 0) {}
            std::size_t at = 2;
            for (Link& link :
                 links) {  // the same as before poll(): only this thread adds and removes
                const short client = polled[at++].revents, server = polled[at++].revents;
                constexpr short readable = POLLIN | POLLHUP;
                if ((client | server) & POLLERR) link.dead = true;
                if (!link.dead && client & readable && !link.to_server.ended)
                    read_from(link, Towards::server);
                if (!link.dead && server & readable && !link.to_client.ended)
                    read_from(link, Towards::client);
                if (!link.dead) write_to(link, Towards::server);
                if (!link.dead) write_to(link, Towards::client);
                if ((client & POLLHUP && link.to_server.ended) ||
                    (server & POLLHUP && link.to_client.ended))
                    link.dead = true;
                if (link.to_server.passed && link.to_client.passed) link.dead = true;
            }
            links.remove_if([](const Link& link) { return link.dead; });
            if (polled[1].revents & POLLIN) accept_one();
        }
    }

    const std::uint16_t target;
    std::uint16_t port = 0;
    int listener = -1, wake = -1;
    std::mutex mutex;
    std::list<Link> links;  // links do not move
    Faults to_server, to_client;
    bool refusing = false, over = false;
    std::string before, response_to;
    std::atomic<int> taken{0}, struck{0};
    std::thread thread;
};

FaultProxy::FaultProxy(std::uint16_t target) : impl_(std::make_unique<Impl>(target)) {}
FaultProxy::~FaultProxy() = default;

std::uint16_t FaultProxy::port() const { return impl_->port; }

void FaultProxy::delay(Towards direction, std::chrono::milliseconds by) {
    impl_->change([&] { impl_->of(direction).delay = by; });
}
void FaultProxy::slice(Towards direction, std::size_t bytes) {
    impl_->change([&] { impl_->of(direction).slice = bytes; });
}
void FaultProxy::black_hole(Towards direction, bool on) {
    impl_->change([&] { impl_->of(direction).black_hole = on; });
}
void FaultProxy::refuse(bool on) {
    impl_->change([&] { impl_->refusing = on; });
}
void FaultProxy::cut() {
    impl_->change([&] {
        for (Link& link : impl_->links) {
            link.dead = true;
            ::shutdown(link.client, SHUT_RDWR);
            ::shutdown(link.server, SHUT_RDWR);
        }
    });
}
void FaultProxy::cut_response_to(std::string text) {
    impl_->change([&] {
        impl_->response_to = std::move(text);
        for (Link& link : impl_->links) link.recent.clear();  // only what is sent from now on
    });
}
void FaultProxy::cut_before(std::string text) {
    impl_->change([&] {
        impl_->before = std::move(text);
        for (Link& link : impl_->links) link.recent.clear();  // only what is sent from now on
    });
}
int FaultProxy::connections() const { return impl_->taken.load(); }
int FaultProxy::strikes() const { return impl_->struck.load(); }

}  // namespace kitchen::testkit
