#include "queue_consumer.h"

#include <algorithm>

#include "handover.h"
#include "kitchen/backoff.h"

namespace kitchen::outbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Of a queue that cannot be received from.
constexpr Backoff queue_backoff{milliseconds(1'000), milliseconds(60'000)};
/// Counted from when a message was received, the queue keeps it hidden for 12 hours at most.
constexpr seconds longest_aside{11 * 3600};

}  // namespace

QueueConsumer::QueueConsumer(Queue& queue, OutboxWorker& worker, const Channels& channels,
                             const Clock& clock, Random& random, Logger& log, milliseconds lease)
    : queue_(queue),
      worker_(worker),
      channels_(channels),
      clock_(clock),
      random_(random),
      log_(log),
      lease_(std::min(std::chrono::ceil<seconds>(lease), longest_aside)) {}

QueueConsumer::~QueueConsumer() { stop(); }

void QueueConsumer::start() {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable() && !stopping_.stop_requested())
        thread_ = std::thread([this] { work(); });
}

void QueueConsumer::stop() {
    request_stop();
    std::thread ended;
    {
        std::lock_guard lock(mutex_);
        ended.swap(thread_);
    }
    if (ended.joinable()) ended.join();
}

void QueueConsumer::work() {
    const std::stop_token stop = stopping_.get_token();
    while (!stop.stop_requested()) {
        milliseconds pause{};
        try {
            pause = receive(Queue::longest_wait, stop);
        } catch (const std::exception& bug) {
            log_.error("receiving deliveries to make has failed", {{"reason", bug.what()}});
            pause = queue_backoff.cap;
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, pause, [] { return false; });
    }
}

milliseconds QueueConsumer::receive(seconds wait, const std::stop_token& stop) {
    // What would have to be put aside is better left for a replica whose channels take it.
    if (const milliseconds quiet = channels_.quiet_for(); quiet.count() > 0) return quiet;
    const Result<std::vector<QueueMessage>> messages = queue_.receive({10, wait, lease_}, stop);
    if (!messages) {
        if (++failures_ == 1)
            log_.warn("the queue gives no deliveries to make", {{"code", messages.error().code}});
        const milliseconds backoff = queue_backoff.full_jitter(failures_, random_);
        return std::max(backoff, milliseconds(messages.error().retry_after.value_or(seconds(0))));
    }
    failures_ = 0;
    return deliver(*messages, stop);
}

milliseconds QueueConsumer::deliver(const std::vector<QueueMessage>& messages,
                                    const std::stop_token& stop) {
    for (const QueueMessage& message : messages) {
        const milliseconds quiet = channels_.quiet_for();
        if (stop.stop_requested() || quiet.count() > 0) {
            put_aside(message, quiet);
            continue;
        }
        const std::optional<std::int64_t> id = parse_message(message.body);
        if (!id) {
            // Perhaps another program uses the queue, too. It comes again until the queue's own
            // rules move it away.
            log_.warn("a message in the queue is not of the outbox",
                      {{"received", message.received}});
            continue;
        }
        const Result<std::optional<Timestamp>> look_again = worker_.deliver(channels_, *id);
        if (!look_again) {
            log_.warn("no delivery can be claimed",
                      {{"delivery_id", *id}, {"code", look_again.error().code}});
            continue;  // comes again when the lease would have ended
        }
        if (*look_again) {
            // Not at once: another worker may need the moment that its clock is behind.
            put_aside(message, std::max<milliseconds>(**look_again - clock_.now(), seconds(1)));
        } else if (const Status removed = queue_.remove(message.receipt); !removed) {
            log_.warn("a message stays in the queue although its delivery is done",
                      {{"delivery_id", *id}, {"code", removed.error().code}});
        }
    }
    return channels_.quiet_for();
}

void QueueConsumer::put_aside(const QueueMessage& message, milliseconds from_now) {
    const Status hidden =
        queue_.hide(message.receipt, std::min(std::chrono::ceil<seconds>(from_now), longest_aside));
    // Then it comes when the lease would have ended, which is soon enough.
    if (!hidden && hidden.error().kind != Errc::conflict)
        log_.warn("a message could not be put aside", {{"code", hidden.error().code}});
}

}  // namespace kitchen::outbox
