// One client's stream of events: an id for each, nothing twice, and an end.
//
// It listens before it is open: what comes in between is kept, and what the client has been given
// first decides how much of it is new.
//
// Thread-safety: all calls, from any thread. The clock must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "events/listeners.h"
#include "kitchen/clock.h"
#include "kitchen/http/response.h"

namespace kitchen::orders {

class ClientStream final : public OrderListener {
public:
    /// What the ids are.
    enum class Ids : std::uint8_t {
        versions,   ///< one order: the stream ends with its last event
        positions,  ///< all orders
    };

    ClientStream(Ids ids, Actor actor, Principal who, const Clock& clock,
                 std::chrono::steady_clock::time_point end_at)
        : ids_(ids), actor_(actor), who_(std::move(who)), clock_(clock), end_at_(end_at) {}

    /// Sends `first`, by which the client knows everything up to the id `last`, then what has come
    /// since. `then_end`: and no more.
    void open(std::shared_ptr<http::EventStream> stream, std::string_view first, std::int64_t last,
              bool then_end);

    void on_event(const OrderEvent& event) override;
    /// A heartbeat, or the end when it is time, or the client has lost the right to it.
    void on_beat(bool may_go_on) override;
    const Principal& who() const noexcept override { return who_; }
    void end() noexcept override;

private:
    void send_locked(const OrderEvent& event);
    void end_locked();

    const Ids ids_;
    const Actor actor_;
    const Principal who_;
    const Clock& clock_;
    const std::chrono::steady_clock::time_point end_at_;

    std::mutex mutex_;
    std::shared_ptr<http::EventStream> stream_;  ///< null before it is open, and after its end
    std::vector<OrderEvent> early_;              ///< came before it was open
    std::int64_t last_ = 0;
    bool ended_ = false;
};

}  // namespace kitchen::orders
