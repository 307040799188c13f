// Sends mails, one after the other. Any number of workers, in any number of processes, may share a
// store.
//
// A mail is sent by who holds its lease, under a key that stays the same at every attempt. When a
// process dies between the mailer's yes and the note of it, the lease ends, another worker sends
// under the same key, and the mailer knows that it has taken the mail.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "kitchen/backoff.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "outbox_repository.h"
#include "outbox_service.h"

namespace kitchen::outbox {

struct WorkerSettings {
    std::chrono::milliseconds lease{300'000};  ///< longer than the mailer ever takes for one mail
    std::int64_t max_attempts = 16;
    Backoff backoff{std::chrono::seconds(10), std::chrono::hours(1)};
    int mails_per_run = 200;  ///< then others have their turn on the jobs' threads
};

/// What became of a mail that the queue has told of.
struct Delivery {
    bool mailer_failed = false;
    std::optional<Timestamp>
        look_again;  ///< not before; nothing: there is nothing more to do for it
};

class OutboxWorker {
public:
    /// After so many failures one after the other the mailer is left alone for a while.
    static constexpr int failures_per_run = 3;

    OutboxWorker(Store& store, Mailer& mailer, const Clock& clock, Random& random, Logger& log,
                 Metrics& metrics, Tracing& tracing, const OutboxRepository& mails,
                 const MailWriters& writers, WorkerSettings settings);

    /// Sends what has been due for `overdue`, until there is nothing more, the mailer fails again
    /// and again or asks for a pause, or stop() was called. How many mails it tried.
    int run(std::chrono::milliseconds overdue = {});
    /// Sends this mail, if it is there, waiting and due. Error: what the store says.
    Result<Delivery> deliver(std::int64_t id);
    /// How long the mailer wants to be left alone; 0: not at all.
    std::chrono::milliseconds quiet_for() const;
    /// Ends run() after the mail in hand; for good.
    void stop() noexcept { stopping_ = true; }

private:
    struct Attempt {
        std::optional<Error>
            failure;  ///< none when the mail was taken, or refused for good: the mailer is well
        std::optional<Timestamp> next;
    };

    Lease new_lease();
    /// As part of the trace that the mail belongs to.
    Attempt attempt(LeasedMail mail);
    Attempt try_to_send(LeasedMail& mail);
    /// Of an unwritten mail: subject and texts.
    Status write(LeasedMail& mail) const;
    /// Notes that it is dead; when to look again.
    std::optional<Timestamp> give_up(const LeasedMail& mail, std::string_view reason);
    /// Notes that it waits again; when to look again.
    std::optional<Timestamp> try_later(const LeasedMail& mail, const Error& error);
    /// Whether it is so now.
    bool settle(const LeasedMail& mail, const char* what,
                const std::function<Result<bool>(Transaction&)>& note);

    Store& store_;
    Mailer& mailer_;
    const Clock& clock_;
    Random& random_;
    Logger& log_;
    Tracing& tracing_;
    const OutboxRepository& mails_;
    const MailWriters& writers_;
    const WorkerSettings settings_;
    Counter &sent_, &failed_, &dead_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::chrono::steady_clock::time_point> quiet_until_{};  ///< as the mailer asked
};

}  // namespace kitchen::outbox
