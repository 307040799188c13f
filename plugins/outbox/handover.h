// Tells the queue of mails that this process has written, once they are committed.
//
// A mail is noted when it is written, inside the transaction of its cause, and looked up afterwards: whether, and when, that transaction was
// committed is for the store to say. What is forgotten here (the process dies, the transaction takes too long) is found in the table.
//
// Thread-safety: note() from any thread; run() on one at a time. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/queue.h"
#include "outbox_repository.h"

namespace kitchen::outbox {

class Handover {
public:
    static constexpr std::size_t most_noted = 1000;
    static constexpr std::chrono::minutes patience{1};       ///< for a transaction to be committed
    static constexpr std::chrono::seconds queue_left_alone{30};  ///< after it has failed

    Handover(Store& store, Queue& queue, const Clock& clock, Logger& log, const OutboxRepository& mails)
        : store_(store), queue_(queue), clock_(clock), log_(log), mails_(mails) {}

    void note(std::int64_t mail_id);
    /// False when there are mails to send that the queue has not taken.
    bool run();

private:
    struct Noted {
        std::int64_t id;
        std::chrono::steady_clock::time_point at;
    };

    bool send(std::int64_t id);
    void keep(const std::vector<Noted>& noted);

    Store& store_;
    Queue& queue_;
    const Clock& clock_;
    Logger& log_;
    const OutboxRepository& mails_;
    std::mutex mutex_;
    std::vector<Noted> noted_;
    std::chrono::steady_clock::time_point left_alone_until_{};
};

}  // namespace kitchen::outbox
