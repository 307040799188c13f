#include "acceptor.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace kitchen::http {
namespace {

constexpr std::uint64_t first_connection_tag = 16;  // above those a worker uses itself
constexpr int look_away_ms = 100;
constexpr std::string_view shed =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: "
    "close\r\n\r\n";

// Best effort, without waiting: this client costs no more than these calls.
void turn_away(UniqueFd client) noexcept {
    char bytes[4096];
    ::send(client.get(), shed.data(), shed.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(client.get(), SHUT_WR);
    while (::recv(client.get(), bytes, sizeof bytes, MSG_DONTWAIT) == sizeof bytes) {}
}

}  // namespace

Acceptor::Acceptor(UniqueFd listening, std::shared_ptr<TransportState> state,
                   const std::vector<std::unique_ptr<Worker>>& workers)
    : listening_(std::move(listening)),
      wake_(make_event_fd()),
      reserve_(make_event_fd()),
      state_(std::move(state)),
      workers_(workers),
      next_tag_(first_connection_tag) {
    if (!wake_ || !reserve_)
        throw std::runtime_error("cannot accept connections: out of descriptors");
}

Acceptor::~Acceptor() { stop(); }

void Acceptor::start() {
    thread_ = std::thread([this] { run(); });
}

void Acceptor::stop_listening() { end(true); }
void Acceptor::stop() { end(false); }

void Acceptor::end(bool take_queued) {
    if (!thread_.joinable()) return;
    take_queued_ = take_queued;
    ending_ = true;
    signal_event_fd(wake_.get());
    thread_.join();
    listening_.reset();
    reserve_.reset();
}

void Acceptor::run() {
    bool look_away = false;
    while (!ending_) {
        pollfd watched[] = {{wake_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
        ::poll(watched, look_away ? 1 : 2, look_away ? look_away_ms : -1);
        look_away = false;
        auto outcome = Outcome::accepted;
        while (outcome == Outcome::accepted && !ending_) {
            outcome = accept_one();
            if (outcome == Outcome::out_of_descriptors) outcome = shed_one();
        }
        look_away = outcome == Outcome::out_of_descriptors || outcome == Outcome::failed;
    }
    if (take_queued_) take_the_queue();
}

// Closing a listening socket resets the connections that the kernel has completed and no thread
// has accepted, and their clients may have sent a request already. So no new handshake is begun,
// those under way may end, and then the queue is empty for good. A client that is not let in now
// finds the port closed when trying again, before having sent anything.
void Acceptor::take_the_queue() {
    constexpr int handshake_ms = 100;
    refuse_new_handshakes(listening_.get());
    pollfd watched{listening_.get(), POLLIN, 0};
    do {
        while (accept_one() == Outcome::accepted) {}
    } while (::poll(&watched, 1, handshake_ms) > 0 && accept_one() == Outcome::accepted);
}

Acceptor::Outcome Acceptor::accept_one() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd client(::accept4(listening_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) {
        switch (errno) {
            case EAGAIN: return Outcome::nothing_queued;
            case EMFILE:
            case ENFILE: return Outcome::out_of_descriptors;
            case ENOBUFS:
            case ENOMEM:
            case EBADF:
            case EINVAL:
            case ENOTSOCK:
            case EOPNOTSUPP: return Outcome::failed;
            default:
                return Outcome::accepted;  // a fault of this client alone (accept(2)), not the
                                           // listening socket's: go on
        }
    }
    try {
        admit(std::move(client), address);
    } catch (...) {
        return Outcome::failed;  // out of memory
    }
    return Outcome::accepted;
}

void Acceptor::admit(UniqueFd client, const sockaddr_storage& address) {
    auto peer = numeric_address(address);
    const auto admission = state_->admit(peer);
    if (admission == TransportState::Admission::shed) return turn_away(std::move(client));
    auto& worker = least_busy_worker();
    std::shared_ptr<Connection> connection;
    try {
        connection = std::make_shared<Connection>(next_tag_++, std::move(client), peer, admission,
                                                  state_, worker);
    } catch (...) {  // out of memory: there is no connection yet that would give the place back
        state_->release(peer, admission);
        if (admission == TransportState::Admission::admitted) state_->settle();
        throw;
    }
    worker.adopt(std::move(connection));
}

// Without this the client at the head of the queue stays there, and the listening socket stays
// readable. That no client is in the queue is only seen with a descriptor to spare: accept4()
// fails for the lack of one before it looks.
Acceptor::Outcome Acceptor::shed_one() {
    auto outcome = Outcome::accepted;
    if (reserve_) {
        reserve_.reset();
        UniqueFd client(
            ::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (client) {
            state_->add_refused();
            turn_away(std::move(client));
        } else if (errno == EAGAIN) {
            outcome = Outcome::nothing_queued;
        }
    }
    reserve_ = make_event_fd();
    return reserve_ ? outcome : Outcome::out_of_descriptors;  // another thread was faster: wait
                                                              // until descriptors come free
}

Worker& Acceptor::least_busy_worker() const {
    return **std::min_element(workers_.begin(), workers_.end(),
                              [](const auto& a, const auto& b) { return a->load() < b->load(); });
}

}  // namespace kitchen::http
