// Sends deliveries, one after the other in each channel. Any number of workers, in any number of
// processes, may share a store.
//
// A delivery is sent by who holds its lease, under an id that stays the same at every attempt. When
// a process dies between the service's yes and the note of it, the lease ends, another worker sends
// under the same id, and the service knows that it has taken it.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "channels.h"
#include "kitchen/backoff.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "outbox_repository.h"

namespace kitchen::outbox {

struct WorkerSettings {
    std::chrono::milliseconds lease{300'000};  ///< longer than a channel ever takes for one
    std::int64_t max_attempts = 16;
    Backoff backoff{std::chrono::seconds(10), std::chrono::hours(1)};
    int sent_per_run = 200;  ///< then others have their turn on the jobs' threads
};

class OutboxWorker {
public:
    OutboxWorker(Store& store, const Clock& clock, Random& random, Logger& log, Tracing& tracing,
                 const OutboxRepository& deliveries, WorkerSettings settings);

    /// Sends what has been due for `overdue` in the channel, until there is nothing more, the
    /// channel fails again and again or asks for a pause, or stop() was called. How many it tried.
    int run(OpenChannel& channel, std::chrono::milliseconds overdue = {});
    /// Sends this one, if it is there, waiting and due. When to look again, not before; nothing:
    /// there is nothing more to do for it. Error: what the store says.
    Result<std::optional<Timestamp>> deliver(const Channels& channels, std::int64_t id);
    /// Ends run() after the delivery in hand; for good.
    void stop() noexcept { stopping_ = true; }

private:
    Lease new_lease();
    /// As part of the trace that the delivery belongs to. When to look again.
    std::optional<Timestamp> attempt(OpenChannel& channel, const LeasedDelivery& delivery);
    std::optional<Timestamp> try_to_send(OpenChannel& channel, const LeasedDelivery& delivery);
    /// Notes that it is dead; when to look again.
    std::optional<Timestamp> give_up(OpenChannel& channel, const LeasedDelivery& delivery,
                                     std::string_view reason);
    /// Notes that it waits again; when to look again.
    std::optional<Timestamp> try_later(OpenChannel& channel, const LeasedDelivery& delivery,
                                       const Error& error);
    /// Whether it is so now.
    bool settle(const LeasedDelivery& delivery, const char* what,
                const std::function<Result<bool>(Transaction&)>& note);

    Store& store_;
    const Clock& clock_;
    Random& random_;
    Logger& log_;
    Tracing& tracing_;
    const OutboxRepository& deliveries_;
    const WorkerSettings settings_;
    std::atomic<bool> stopping_{false};
};

}  // namespace kitchen::outbox
