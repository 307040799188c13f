// Sends the deliveries that the queue tells of, on a thread of its own: receive, lease the row,
// send, note it in the row, remove the message.
//
// The row decides. A message that comes twice, or late, or to two at once, finds the delivery
// sent or leased and does nothing. A message is kept hidden until its mail is due again, and
// removed when there is nothing more to do for it; so it outlives every process that dies over it.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/queue.h"
#include "kitchen/random.h"
#include "outbox_worker.h"

namespace kitchen::outbox {

class QueueConsumer {
public:
    /// `lease`: as the worker's; messages are hidden for as long.
    QueueConsumer(Queue& queue, OutboxWorker& worker, const Channels& channels, const Clock& clock,
                  Random& random, Logger& log, std::chrono::milliseconds lease);
    /// Stops.
    ~QueueConsumer();

    /// Begins, once; does nothing after request_stop().
    void start();
    /// Ends after the delivery in hand. What else was received is free for others at once.
    void request_stop() noexcept { stopping_.request_stop(); }
    /// Waits until it has ended.
    void stop();

    /// One round: receives, for as long as `wait`, and sends. How long to pause before the next
    /// one.
    std::chrono::milliseconds receive(std::chrono::seconds wait, const std::stop_token& stop);

private:
    void work();
    std::chrono::milliseconds deliver(const std::vector<QueueMessage>& messages,
                                      const std::stop_token& stop);
    void put_aside(const QueueMessage& message, std::chrono::milliseconds from_now);

    Queue& queue_;
    OutboxWorker& worker_;
    const Channels& channels_;
    const Clock& clock_;
    Random& random_;
    Logger& log_;
    const std::chrono::seconds lease_;
    int failures_ = 0;  ///< of the queue, one after the other
    std::stop_source stopping_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::thread thread_;
};

}  // namespace kitchen::outbox
