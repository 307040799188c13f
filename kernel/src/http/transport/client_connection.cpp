// Connection: its beginning, its end, and its deadlines.
#include "client_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace kitchen::http {
namespace {

using std::chrono::milliseconds;

// At the end of a drain an idle connection gets this long for one more request. Closing at once
// would cut off a request that is on its way, and the client could not know whether it had been
// carried out.
constexpr milliseconds drain_grace{500};

constexpr FramingError head_timeout{408, "head_timeout",
                                    "The request head did not arrive in time."};
constexpr FramingError body_timeout{408, "body_timeout",
                                    "The request body did not arrive in time."};
constexpr FramingError too_many_connections{503, "too_many_connections",
                                            "There are too many connections; try again later."};
constexpr FramingError client_left{499, "client_left",
                                   "The client left before its request was complete."};

}  // namespace

Connection::Connection(std::uint64_t tag, UniqueFd fd, std::string peer_address,
                       TransportState::Admission admission, std::shared_ptr<TransportState> state,
                       ConnectionWorker& worker)
    : tag_(tag),
      peer_address_(std::move(peer_address)),
      admission_(admission),
      shared_(std::move(state)),
      worker_(worker),
      fd_(std::move(fd)) {}

// Only one that no worker ever took is still open here.
Connection::~Connection() { close(); }

void Connection::open() {
    Lock lock(mutex_);
    interest_ = {.read = true};
    watched_ = worker_.loop().watch(fd_.get(), tag_, interest_);
    if (!watched_) {
        doom_locked();
    } else if (admission_ == TransportState::Admission::refused) {
        lock.unlock();
        refuse(too_many_connections);
        lock.lock();
        return end_turn_locked(lock);
    } else {
        start_timing_locked(Timed::idle);
        update_locked();
    }
    close_if_doomed(lock);
}

void Connection::close() {
    Lock lock(mutex_);
    if (state_ == State::closed) return;
    if (abortive_) make_abortive(fd_.get());
    if (watched_) worker_.loop().unwatch(fd_.get());
    fd_.reset();
    settle_locked();
    fail_body_locked(client_left);
    state_ = State::closed;
    closed_ = true;
    connected_ = false;
    out_.clear();
    shared_->remove_in_flight(std::exchange(unflushed_, 0));
    const auto callbacks = std::exchange(close_callbacks_, {});
    lock.unlock();

    shared_->release(peer_address_, admission_);
    parser_ = RequestParser();
    decision_.reset();
    input_ = std::string();
    run(callbacks);
}

void Connection::run(const std::vector<std::function<void()>>& callbacks) noexcept {
    for (const auto& callback : callbacks) {
        try {
            callback();
        } catch (...) {  // a stream's owner cannot stop a connection from closing
        }
    }
}

bool Connection::close_if_doomed(Lock& lock) {
    if (state_ != State::doomed) return state_ == State::closed;
    lock.unlock();
    close();
    return true;
}

void Connection::on_tick(Clock::time_point now) {
    if (deadline_.load(std::memory_order_relaxed) > now.time_since_epoch().count()) return;
    Lock lock(mutex_);
    if (close_if_doomed(lock)) return;
    if (blocked_) {
        if (now >= write_deadline_) doom_locked(true);
    } else if (state_ == State::lingering) {
        if (now >= linger_deadline_) doom_locked();
    } else if (state_ == State::receiving && now >= read_deadline_) {
        if (body_->arrived.empty()) {
            fail_body_locked(body_timeout);
        } else {  // it is not the client that is slow
            start_timing_locked(Timed::body);
        }
        update_locked();
    } else if (state_ == State::reading && now >= read_deadline_) {
        if (timed_ != Timed::idle) {
            lock.unlock();
            refuse(timed_ == Timed::head ? head_timeout : body_timeout);
            lock.lock();
            return end_turn_locked(lock);
        }
        if (unparsed_ == 0 && !has_pending_bytes()) doom_locked();
    }
    close_if_doomed(lock);
}

void Connection::on_closing_idle() {
    const Lock lock(mutex_);
    if (state_ != State::reading || timed_ != Timed::idle) return;
    read_deadline_ = std::min(read_deadline_, timed_since_ + drain_grace);
    update_locked();
}

// At the end of a turn: which clock is running, and since when. A clock goes on while neither the
// phase nor the request changed, however many bytes trickle in.
void Connection::time_reading_locked() {
    const auto timed = !parser_.in_progress() ? Timed::idle
                       : parser_.in_head()    ? Timed::head
                                              : Timed::body;
    if (timed != timed_ || timed_request_ != requests_) start_timing_locked(timed);
}

void Connection::start_timing_locked(Timed timed) {
    const auto& options = shared_->options();
    timed_ = timed;
    timed_request_ = requests_;
    timed_since_ = Clock::now();
    auto limit = timed == Timed::head   ? options.head_timeout
                 : timed == Timed::body ? options.body_timeout
                                        : options.idle_timeout;
    if (timed == Timed::idle && shared_->closing_idle()) limit = std::min(limit, drain_grace);
    read_deadline_ = timed_since_ + limit;
}

void Connection::settle_locked() {
    if (std::exchange(settled_, true) || admission_ != TransportState::Admission::admitted) return;
    shared_->settle();
}

void Connection::doom_locked(bool abortive) {
    if (state_ == State::closed) return;
    fail_body_locked(client_left);
    state_ = State::doomed;
    abortive_ = abortive_ || abortive;
    connected_ = false;
    blocked_ = false;
    out_.clear();
}

void Connection::update_locked() {
    if (state_ == State::doomed || state_ == State::closed) return;
    Interest wanted{.write = blocked_};
    auto deadline = Clock::time_point::max();
    switch (state_) {
        case State::reading:
        case State::awaiting:
            // Back-pressure: past the bound the kernel's buffers fill, then the client's.
            wanted.read =
                !end_of_input_ &&
                unparsed_ < std::max<std::size_t>(shared_->options().max_pipeline_bytes, 1);
            if (state_ == State::reading) deadline = read_deadline_;
            break;
        case State::receiving: {
            const bool ends = body_->has_ended || body_->error;
            wanted.read =
                !ends && !end_of_input_ &&
                unparsed_ < std::max<std::size_t>(shared_->options().max_pipeline_bytes, 1);
            if (!ends && body_->is_wanted) deadline = read_deadline_;
            break;
        }
        case State::lingering:
            deadline = linger_deadline_;
            wanted.read = true;
            break;
        case State::streaming: wanted.read = true; break;
        default: break;
    }
    if (blocked_) deadline = write_deadline_;
    deadline_.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
    if (wanted == interest_) return;
    interest_ = wanted;
    if (!worker_.loop().change(fd_.get(), tag_, wanted)) doom_locked();
}

}  // namespace kitchen::http
