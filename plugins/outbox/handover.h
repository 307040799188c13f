// Tells the queue of deliveries that this process has written and committed.
//
// What is forgotten here (the process dies, the queue is away, too many at once) is found in the
// table.
//
// Thread-safety: note() from any thread; run() on one at a time. What the constructor takes must
// outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/queue.h"

namespace kitchen::outbox {

/// What travels through the queue: which delivery there is to make, and nothing of what it says.
/// {"delivery":7}
std::string to_message(std::int64_t delivery_id);
/// Nothing when it is none of ours.
std::optional<std::int64_t> parse_message(std::string_view body);

class Handover {
public:
    static constexpr std::size_t most_noted = 1000;
    static constexpr std::chrono::seconds queue_left_alone{30};  ///< after it has failed

    Handover(Queue& queue, const Clock& clock, Logger& log)
        : queue_(queue), clock_(clock), log_(log) {}

    /// A hook after a commit: short, and away from the network.
    void note(std::int64_t delivery_id);
    /// False when there are some to send that the queue has not taken; those are forgotten here.
    bool run();

private:
    bool send(std::int64_t delivery_id);

    Queue& queue_;
    const Clock& clock_;
    Logger& log_;
    std::mutex mutex_;
    std::vector<std::int64_t> noted_;
    std::chrono::steady_clock::time_point left_alone_until_{};
};

}  // namespace kitchen::outbox
