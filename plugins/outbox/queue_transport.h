// The queue between replicas, in place of looking into the table every second: hands over what is
// written here, sends what the queue tells of, and looks into the table now and then for what
// neither has reached.
//
// What has been due for `overdue` is sent from the table, whatever the queue says. So
// nothing rests on the queue but the load on the store: it may lose messages, be purged, or be away
// for days.
//
// One thread receives and sends for all channels: one that hangs holds up what comes through the
// queue behind it, until its failures leave it alone; the table does not wait for it.
//
// Thread-safety: note() from any thread; run() on one at a time, that of a channel too; the rest on
// any. What the
// constructor takes must outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "handover.h"
#include "queue_consumer.h"

namespace kitchen::outbox {

class QueueTransport {
public:
    QueueTransport(Queue& queue, const Clock& clock, Random& random, Logger& log,
                   OutboxWorker& worker, const Channels& channels, const WorkerSettings& settings,
                   std::chrono::milliseconds overdue)
        : clock_(clock),
          worker_(worker),
          overdue_(overdue),
          handover_(queue, clock, log),
          consumer_(queue, worker, channels, clock, random, log, settings.lease) {}

    /// This delivery has been committed.
    void note(std::int64_t id) { handover_.note(id); }
    /// To be called about every second, from the end of start-up on.
    void run() {
        consumer_.start();
        if (!handover_.run()) ++untold_;
    }

    /// When a channel's table was looked into.
    struct Look {
        std::uint64_t untold = 0;
        std::chrono::steady_clock::time_point next{};
    };
    /// Likewise for each channel, on a thread of its own, with a `look` of its own: sends what the
    /// queue was not told of, and now and then what is overdue.
    void run(OpenChannel& channel, Look& look) {
        // As long as something is found, it looks again soon.
        if (const std::uint64_t untold = untold_;
            look.untold != untold && worker_.run(channel) == 0 && channel.quiet_for().count() == 0)
            look.untold = untold;
        if (const auto now = clock_.steady_now();
            now >= look.next && worker_.run(channel, overdue_) == 0)
            look.next = now + overdue_;
    }
    void request_stop() noexcept { consumer_.request_stop(); }
    /// Waits for the delivery in hand.
    void stop() { consumer_.stop(); }

private:
    const Clock& clock_;
    OutboxWorker& worker_;
    const std::chrono::milliseconds overdue_;
    Handover handover_;
    QueueConsumer consumer_;
    std::atomic<std::uint64_t> untold_{0};  ///< how often the queue was not told of something
};

}  // namespace kitchen::outbox
