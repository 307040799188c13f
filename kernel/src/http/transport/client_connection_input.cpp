// Connection: from bytes to requests. All of it runs on the worker's thread.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "client_connection.h"
#include "exchange.h"

namespace kitchen::http {
namespace {

// One client may not keep a worker to itself: after so many parser events the others get their
// turn.
constexpr int steps_per_turn = 64;
// Responses to pipelined requests leave together, up to so many bytes.
constexpr std::size_t coalesce_responses_up_to = 64 * 1024;
// Read and thrown away after our last byte, so that closing does not reset the connection under
// the response.
constexpr std::size_t discard_at_most = 8 * 1024 * 1024;

// Of a streamed body, so many bytes may wait for their reader.
constexpr std::size_t body_backlog = 128 * 1024;

constexpr FramingError incomplete_body{400, "incomplete_body",
                                       "The request body ended before it was complete."};
constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

void Connection::on_ready(Readiness readiness, std::span<char> scratch) {
    bool read = false;
    {
        Lock lock(mutex_);
        if (readiness.gone) doom_locked();
        if (readiness.writable && blocked_) flush_locked();
        update_locked();
        if (close_if_doomed(lock)) return;
        read = readiness.readable && interest_.read;
    }
    if (read) {
        read_some(scratch);
    } else if (readiness.writable) {
        take_turn({});  // requests may have waited for the response before them to leave
    }
}

void Connection::on_resume() {
    {
        Lock lock(mutex_);
        if (close_if_doomed(lock)) return;
    }
    take_turn({});
}

// One read for each event: a flooding client waits for the others' reads.
void Connection::read_some(std::span<char> scratch) {
    const auto bound = std::max<std::size_t>(shared_->options().max_pipeline_bytes, 1);
    const auto room =
        std::clamp<std::size_t>(bound - std::min(bound, input_size()), 1, scratch.size());
    const auto got = ::recv(fd_.get(), scratch.data(), room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (got > 0) shared_->add_received(static_cast<std::size_t>(got));
    {
        Lock lock(mutex_);
        const bool listening =
            state_ == State::reading || state_ == State::receiving || state_ == State::awaiting;
        if (got < 0) {
            doom_locked();
        } else if (got == 0) {
            // While a response is awaited this may be a half-close. At a stream's end of input the
            // client has left.
            end_of_input_ = true;
            if (!listening) doom_locked();
        } else if (!listening) {
            discarded_ += static_cast<std::size_t>(got);
            if (discarded_ > (state_ == State::streaming ? bound : discard_at_most)) doom_locked();
        }
        if (close_if_doomed(lock) || !listening) return;
    }
    take_turn(std::string_view(scratch.data(), static_cast<std::size_t>(got)));
}

void Connection::take_turn(std::string_view fresh) {
    const bool from_input = input_size() > 0;
    if (from_input) input_.append(fresh);
    auto bytes = from_input ? std::string_view(input_).substr(input_at_) : fresh;

    Lock lock(mutex_);
    if (state_ == State::closed) return;
    in_turn_ = true;
    turn_thread_ = std::this_thread::get_id();
    for (int steps = steps_per_turn; steps > 0 && !blocked_; --steps) {
        const bool is_body = takes_body_locked();
        if (state_ != State::reading && !is_body) break;
        if (out_.size() >= coalesce_responses_up_to) {
            flush_locked();
            continue;
        }
        lock.unlock();
        const bool more = is_body ? step_body(bytes) : step(bytes);
        lock.lock();
        if (!more) break;
    }
    keep_input(bytes, from_input);
    unparsed_ = input_size();
    end_turn_locked(lock);
}

// What was changed during the turn takes effect; the responses leave in one piece.
void Connection::end_turn_locked(Lock& lock) {
    in_turn_ = false;
    if (!out_.empty() && !blocked_) flush_locked();
    if (state_ == State::reading) {
        time_reading_locked();
        if (end_of_input_ && unparsed_ == 0) {
            state_ = State::closing;  // no further request can come
            if (out_.empty()) linger_locked();
        } else if (unparsed_ > 0 && !blocked_) {
            worker_.resume(shared_from_this());
        }
    } else if (takes_body_locked()) {
        if (end_of_input_ && unparsed_ == 0) {
            fail_body_locked(incomplete_body);
        } else if (unparsed_ > 0 && !blocked_) {
            worker_.resume(shared_from_this());
        }
    }
    update_locked();
    close_if_doomed(lock);
}

void Connection::keep_input(std::string_view rest, bool from_input) {
    if (rest.empty()) {
        input_.clear();
        input_at_ = 0;
        if (input_.capacity() > 4096) input_ = std::string();
    } else if (!from_input) {
        input_.assign(rest);
        input_at_ = 0;
    } else {
        input_at_ = input_.size() - rest.size();
        if (input_at_ > input_.size() / 2) {
            input_.erase(0, input_at_);
            input_at_ = 0;
        }
    }
}

// One event of the parser. False when it needs more bytes.
bool Connection::step(std::string_view& bytes) {
    const auto [event, consumed] = parser_.feed(bytes);
    bytes.remove_prefix(consumed);
    switch (event) {
        case RequestParser::Event::need_more:
            if (std::exchange(continue_due_, false)) {
                const Lock lock(mutex_);
                out_.append(continue_head);
            }
            return false;
        case RequestParser::Event::head: decide_on_head(!bytes.empty()); return true;
        case RequestParser::Event::complete: hand_up(State::awaiting); return true;
        case RequestParser::Event::error: refuse(parser_.error()); return true;
    }
    return false;
}

Connection::Asked Connection::asked() const {
    const Request* request = parser_.request();
    if (!request) return {.keep_alive = parser_.keep_alive()};
    return {request->method == "HEAD", request->minor_version, parser_.keep_alive()};
}

void Connection::decide_on_head(bool bytes_follow) {
    Request& head = *parser_.request();
    head.peer_address = peer_address_;
    bool failed = false;
    try {
        decision_ = shared_->handler().on_head(head);
    } catch (...) {
        failed = true;
    }
    if (!failed && !decision_->refusal) {
        parser_.set_body_limit(decision_->body_limit);
        if (decision_->streams_body && parser_.has_body()) return stream_body(bytes_follow);
        // A client that has begun to send does not wait for a 100. Sent when the parser has agreed
        // to the length.
        continue_due_ = parser_.expects_continue() && parser_.has_body() && !bytes_follow;
        return;
    }
    Response refusal = failed ? Response(500) : *std::move(decision_->refusal);
    const auto request = asked();
    const bool keep = request.keep_alive && !failed && !parser_.has_body() && !shared_->draining();
    decision_.reset();
    if (!parser_.has_body()) parser_.discard_request();
    const Lock lock(mutex_);
    queue_locked(refusal, request, keep, false);
    state_ = keep ? State::reading : State::closing;
}

// The parser judges the announced length before the request is handed up.
void Connection::stream_body(bool bytes_follow) {
    if (parser_.feed({}).event == RequestParser::Event::error) return refuse(parser_.error());
    auto body = std::make_unique<StreamedBody>();
    body->continue_due = parser_.expects_continue() && !bytes_follow;
    parser_.divert_body(body->sink);
    {
        const Lock lock(mutex_);
        body_ = std::move(body);
    }
    hand_up(State::receiving);
}

bool Connection::step_body(std::string_view& bytes) {
    const auto [event, consumed] = parser_.feed(bytes);
    bytes.remove_prefix(consumed);
    const Lock lock(mutex_);
    StreamedBody& body = *body_;
    // Never later than `latest`: a fast beginning buys no long pause.
    const auto latest = Clock::now() + shared_->options().body_timeout;
    read_deadline_ =
        std::min(latest, std::min(read_deadline_, latest) + time_at_least_rate(body.sink.size()));
    body.arrived += body.sink;
    body.sink.clear();
    if (event == RequestParser::Event::error) {
        fail_body_locked(parser_.error());
    } else if (event == RequestParser::Event::complete) {
        body.has_ended = true;
        if (state_ == State::receiving) state_ = State::awaiting;
    }
    body.changed.notify_one();
    return event != RequestParser::Event::need_more;
}

bool Connection::takes_body_locked() const {
    return state_ == State::receiving && !body_->has_ended && !body_->error &&
           body_->arrived.size() < body_backlog;
}

void Connection::fail_body_locked(const FramingError& error) {
    if (!body_ || body_->has_ended || body_->error) return;
    body_->error = error;
    body_->changed.notify_one();
}

std::optional<FramingError> Connection::read_body(std::string& bytes) {
    bytes.clear();
    Lock lock(mutex_);
    if (!body_) return std::nullopt;
    StreamedBody& body = *body_;
    if (!std::exchange(body.is_wanted, true) && state_ == State::receiving) {
        if (body.continue_due && body.arrived.empty()) out_.append(continue_head);
        start_timing_locked(Timed::body);
        finish_off_turn_locked();
    }
    body.changed.wait(lock, [&] { return !body.arrived.empty() || body.has_ended || body.error; });
    if (body.arrived.empty()) return body.error;
    const bool was_full = body.arrived.size() >= body_backlog;
    std::swap(bytes, body.arrived);
    if (was_full && state_ == State::receiving) worker_.resume(shared_from_this());
    return std::nullopt;
}

void Connection::hand_up(State state) {
    const auto request = asked();
    auto exchange = std::make_shared<ConnectionExchange>(shared_from_this());
    {
        const Lock lock(mutex_);
        state_ = state;
        asked_ = request;
        ++unflushed_;
        shared_->add_in_flight();
    }
    try {
        shared_->handler().on_request(parser_.take_request(), std::move(decision_),
                                      std::move(exchange));
    } catch (...) {  // the exchange has been dropped, which responds 500
    }
}

Response Connection::describe(const FramingError& error) noexcept {
    try {
        return shared_->handler().on_framing_error(
            error, peer_address_, decision_ ? parser_.request() : nullptr, decision_.get());
    } catch (...) {
        return Response(error.status);
    }
}

void Connection::refuse(const FramingError& error) {
    auto response = describe(error);
    decision_.reset();
    const auto request = asked();
    const Lock lock(mutex_);
    if (state_ != State::reading) return;
    queue_locked(response, request, false, false);
    state_ = State::closing;
}

bool Connection::has_pending_bytes() const noexcept {
    char byte;
    return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace kitchen::http
