#include "events/client_stream.h"

#include <utility>

#include "events/event_text.h"

namespace kitchen::orders {

void ClientStream::open(std::shared_ptr<http::EventStream> stream, std::string_view first,
                        std::int64_t last, bool then_end) {
    const std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    last_ = last;
    stream_->write(first);
    if (ended_ || then_end) return end_locked();
    for (const OrderEvent& event : std::exchange(early_, {})) send_locked(event);
}

void ClientStream::on_event(const OrderEvent& event) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    if (stream_)
        send_locked(event);
    else
        early_.push_back(event);
}

void ClientStream::send_locked(const OrderEvent& event) {
    const std::int64_t id = ids_ == Ids::versions ? event.version : event.position;
    if (ended_ || id <= last_) return;
    last_ = id;
    // What the client does not take is cut off by the transport, which says so to its caller
    // to.
    stream_->write(event_text(id, event, actor_));
    if (ids_ == Ids::versions && event.is_last()) end_locked();
}

void ClientStream::on_beat(bool may_go_on) {
    const std::lock_guard lock(mutex_);
    if (ended_ || !stream_) return;
    if (!may_go_on || clock_.steady_now() >= end_at_)
        end_locked();
    else
        stream_->write(heartbeat_text);
}

void ClientStream::end() noexcept {
    const std::lock_guard lock(mutex_);
    end_locked();
}

void ClientStream::end_locked() {
    ended_ = true;
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
}

}  // namespace kitchen::orders
