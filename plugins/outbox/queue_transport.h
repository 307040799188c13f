// The queue between replicas, in place of looking into the table every second: hands over what is
// written here, sends what the queue tells of, and looks into the table now and then for what
// neither has reached.
//
// What has been due for `overdue` is sent from the table, whatever the queue says. So
// nothing rests on the queue but the load on the store: it may lose messages, be purged, or be away
// for days.
//
// Thread-safety: note() from any thread; run() on one at a time; the rest on any. What the
// constructor takes must outlive it.
#pragma once

#include <chrono>

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
          channels_(channels),
          overdue_(overdue),
          handover_(queue, clock, log),
          consumer_(queue, worker, channels, clock, random, log, settings.lease) {}

    /// This delivery has been committed.
    void note(std::int64_t id) { handover_.note(id); }
    /// To be called about every second, from the end of start-up on.
    void run() {
        consumer_.start();
        const bool handed_over = handover_.run();
        const auto now = clock_.steady_now();
        const bool look = now >= next_look_;
        if (look) next_look_ = now + overdue_;
        for (OpenChannel* channel : channels_.all()) {
            if (!handed_over) worker_.run(*channel);
            if (look) worker_.run(*channel, overdue_);
        }
    }
    void request_stop() noexcept { consumer_.request_stop(); }
    /// Waits for the delivery in hand.
    void stop() { consumer_.stop(); }

private:
    const Clock& clock_;
    OutboxWorker& worker_;
    const Channels& channels_;
    const std::chrono::milliseconds overdue_;
    Handover handover_;
    QueueConsumer consumer_;
    std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace kitchen::outbox
