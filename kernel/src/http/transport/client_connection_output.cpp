// Connection: responses and streams, from any thread.
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "client_connection.h"
#include "exchange.h"
#include "tcp_socket.h"

namespace kitchen::http {
namespace {

// Stream writes made within one turn leave together, up to so many bytes.
constexpr std::size_t coalesce_up_to = 16 * 1024;

}  // namespace

void Connection::respond(Response& response, AfterResponse after) noexcept {
    try {
        auto stream = queue_response(response, after);
        if (!stream) return;
        try {
            response.stream(std::move(stream));
        } catch (...) {  // the head has been sent: all that is left to say is that it is the end
            end_stream();
        }
        if (shared_->ending_streams()) end_stream();
    } catch (...) {
        give_up();
    }
}

std::shared_ptr<EventStream> Connection::queue_response(Response& response, AfterResponse after) {
    std::shared_ptr<EventStream> stream;
    const Lock lock(mutex_);
    if (state_ != State::awaiting && state_ != State::receiving) return stream;
    const bool streams = response.stream && has_response_body({.status = response.status,
                                                               .head_request = asked_.head});
    if (streams) {
        stream = std::make_shared<ConnectionStream>(shared_from_this());
        limit_unacknowledged(fd_.get(), shared_->options().stream_acknowledgement);
    }
    // What is left of a body that is not read may be anything, also another request.
    const bool last = (end_of_input_ && unparsed_ == 0) || state_ == State::receiving;
    const bool keep = asked_.keep_alive && after == AfterResponse::keep && !response.stream &&
                      !last && !shared_->draining();
    queue_locked(response, asked_, keep, streams);
    if (state_ == State::awaiting) body_.reset();  // its buffers; the worker is done with them
    state_ = streams ? State::streaming : keep ? State::reading : State::closing;
    finish_off_turn_locked();
    return stream;
}

void Connection::give_up() noexcept {
    const Lock lock(mutex_);
    if (state_ == State::closed) return;
    doom_locked();
    worker_.resume(shared_from_this());
}

void Connection::queue_locked(Response& response, const Asked& asked, bool keep, bool stream) {
    ++requests_;
    const ResponseFraming framing{.status = response.status,
                                  .head_request = asked.head,
                                  .minor_version = asked.minor_version,
                                  .keep_alive = keep,
                                  .until_close = stream,
                                  .body_size = response.body_size()};
    auto& tail = out_.tail();
    const auto before = tail.size();
    append_response_head(tail, framing, response.headers, text_of(shared_->dates().now()),
                         shared_->options().default_fields);
    out_.commit(before);
    if (stream || !has_response_body(framing)) return;
    if (response.file)
        out_.take(std::move(response.file));
    else
        out_.take(std::move(response.body));
}

// During the worker's own turn nothing is sent: the turn's end does it once for all.
void Connection::finish_off_turn_locked() {
    if (worker_is_in_turn_locked()) return;
    if (!out_.empty() && !blocked_) flush_locked();
    update_locked();
    if (in_turn_) return;  // on another thread, and it looks at all of this when it ends
    const bool more_to_read =
        state_ == State::reading && !blocked_ && (unparsed_ > 0 || end_of_input_);
    if (more_to_read || state_ == State::doomed) worker_.resume(shared_from_this());
}

void Connection::flush_locked() {
    const auto before = out_.size();
    const auto result = out_.send_to(fd_.get());
    shared_->add_sent(before - out_.size());
    switch (result) {
        case OutputQueue::Result::drained:
            blocked_ = false;
            after_drained_locked();
            return;
        case OutputQueue::Result::blocked: {
            const std::size_t sent = before - out_.size();
            const auto renewed = Clock::now() + shared_->options().write_timeout;
            if (!blocked_ || (state_ == State::streaming && sent > 0)) {
                write_deadline_ = renewed;
            } else if (out_.has_file()) {
                // Never later than `renewed`: a fast beginning buys no long pause.
                write_deadline_ = std::min(renewed, write_deadline_ + time_at_least_rate(sent));
            }
            blocked_ = true;
            return;
        }
        case OutputQueue::Result::failed: doom_locked(); return;
    }
}

void Connection::after_drained_locked() {
    const bool is_pending =
        state_ == State::receiving || state_ == State::awaiting || state_ == State::streaming;
    const std::size_t pending = is_pending ? 1 : 0;
    if (unflushed_ > pending) {
        shared_->remove_in_flight(unflushed_ - pending);
        unflushed_ = pending;
    }
    if (state_ == State::closing) {
        linger_locked();
    } else if (state_ == State::reading && !in_turn_) {
        start_timing_locked(Timed::idle);
    }
}

// Everything is sent. Closing while the client still sends would reset the connection and could
// take the response with it, so only our direction is closed until the client has closed its own.
void Connection::linger_locked() {
    settle_locked();
    if (end_of_input_) return doom_locked();
    ::shutdown(fd_.get(), SHUT_WR);
    state_ = State::lingering;
    linger_deadline_ = Clock::now() + shared_->options().linger_timeout;
}

bool Connection::write_stream(std::string_view bytes) {
    const Lock lock(mutex_);
    if (state_ != State::streaming) return false;
    out_.append(bytes);
    if (out_.size() >= coalesce_up_to && !blocked_) flush_locked();
    finish_off_turn_locked();
    if (state_ == State::streaming && out_.size() > shared_->options().max_stream_backlog) {
        doom_locked(true);
        worker_.resume(shared_from_this());
    }
    return state_ == State::streaming;
}

void Connection::end_stream() {
    std::vector<std::function<void()>> callbacks;
    {
        const Lock lock(mutex_);
        if (state_ != State::streaming) return;
        state_ = State::closing;
        callbacks = std::exchange(close_callbacks_, {});
        if (out_.empty()) after_drained_locked();
        finish_off_turn_locked();
    }
    run(callbacks);
}

bool Connection::is_streaming() const {
    const Lock lock(mutex_);
    return state_ == State::streaming;
}

void Connection::on_stream_close(std::function<void()> callback) {
    {
        const Lock lock(mutex_);
        if (state_ == State::streaming) {
            close_callbacks_.push_back(std::move(callback));
            return;
        }
    }
    callback();
}

}  // namespace kitchen::http
