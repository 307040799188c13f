// Messages by channel to subscribers inside this process, delivered on one thread of its own, in
// the order published.
//
// The thread starts with the first subscription. What waits is bounded: past max_waiting_bytes a
// message is dropped, which the contract of cache/1 allows.
//
// Thread-safety: all calls, from any thread, also from within a subscriber; stop() and the
// destructor not from within one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "kitchen/log.h"

namespace kitchen {

class MessageBus {
public:
    using Subscriber = std::function<void(std::string_view message)>;
    static constexpr std::size_t max_waiting_bytes = 8 * 1024 * 1024;

    /// Exceptions of subscribers are reported to `log`, when there is one.
    explicit MessageBus(Logger* log);
    ~MessageBus();
    MessageBus(const MessageBus&) = delete;
    MessageBus& operator=(const MessageBus&) = delete;

    /// To those who are subscribed now. False when it was dropped for lack of room.
    bool publish(std::string_view channel, std::string_view message);

    /// Until the handle is destroyed. Its destructor waits for a call that is under way, unless it
    /// is that call which destroys it. The handle may outlive the bus. Throws std::system_error
    /// when the thread cannot be started.
    std::shared_ptr<void> subscribe(std::string_view channel, Subscriber subscriber);

    /// No subscriber is called once it has returned. Idempotent.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the handles
};

}  // namespace kitchen
