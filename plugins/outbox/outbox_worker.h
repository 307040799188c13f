// Sends what is due, one mail after the other. Any number of workers, in any number of processes, may share a store.
//
// A mail is sent by who holds its lease, under a key that stays the same at every attempt. When a process dies between the mailer's yes and
// the note of it, the lease ends, another worker sends under the same key, and the mailer knows that it has taken the mail.
//
// Thread-safety: run() on one thread at a time; stop() from any. What the constructor takes must outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "backoff.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/random.h"
#include "outbox_repository.h"

namespace kitchen::outbox {

struct WorkerSettings {
    std::chrono::milliseconds lease{300'000};  ///< longer than the mailer ever takes for one mail
    std::int64_t max_attempts = 16;
    Backoff backoff;
    int mails_per_run = 200;  ///< then others have their turn on the jobs' threads
};

class OutboxWorker {
public:
    /// After so many failures one after the other the mailer is left alone until the next run.
    static constexpr int failures_per_run = 3;

    OutboxWorker(Store& store, Mailer& mailer, const Clock& clock, Random& random, Logger& log, const OutboxRepository& mails,
                 WorkerSettings settings)
        : store_(store), mailer_(mailer), clock_(clock), random_(random), log_(log), mails_(mails), settings_(settings) {}

    /// Sends until nothing is due, the mailer fails again and again or asks for a pause, or stop() was called. How many mails it tried.
    int run();
    /// Ends run() after the mail in hand; for good.
    void stop() noexcept { stopping_ = true; }

private:
    Result<std::optional<LeasedMail>> claim();
    /// Nothing when the mail was taken, or refused for good: the mailer is well.
    std::optional<Error> attempt(const LeasedMail& mail);
    void settle(const LeasedMail& mail, const char* what, const std::function<Result<bool>(Transaction&)>& note);

    Store& store_;
    Mailer& mailer_;
    const Clock& clock_;
    Random& random_;
    Logger& log_;
    const OutboxRepository& mails_;
    const WorkerSettings settings_;
    std::atomic<bool> stopping_{false};
    std::chrono::steady_clock::time_point quiet_until_{};  ///< as the mailer asked
};

}  // namespace kitchen::outbox
