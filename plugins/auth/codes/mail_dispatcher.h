// Sends mails after the response, on the jobs' threads, and tries again when the mail service is
// away.
//
// A mail with a code is not written anywhere on its way: it waits in memory, at most as long as its
// code is valid.
//
// Thread-safety: all calls, from any thread. Must outlive the jobs it has posted: the kernel ends
// those before it stops plugins.
#pragma once

#include <chrono>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"

namespace kitchen::auth {

/// unavailable, with Retry-After.
Error mail_queue_full();

class MailDispatcher {
public:
    static constexpr int max_tries = 6;

    MailDispatcher(Mailer& mailer, Jobs& jobs, Clock& clock, Random& random, Metrics& metrics,
                   Logger& log);

    /// Takes the mail, which is worth nothing after `valid_for`. Gives it an idempotency key. False
    /// when the jobs' queue is full.
    [[nodiscard]] bool post(Mail mail, std::chrono::milliseconds valid_for);
    /// The same at once, on the caller's thread (a job's); only further tries are posted.
    void send(Mail mail, std::chrono::milliseconds valid_for);

private:
    using Deadline = std::chrono::steady_clock::time_point;
    void attempt(const Mail& mail, Deadline deadline, int tries);

    Mailer& mailer_;
    Jobs& jobs_;
    Clock& clock_;
    Random& random_;
    Logger& log_;
    // Of single tries, but for given_up_:
    Counter& sent_;
    Counter& failed_;    ///< another try may follow
    Counter& refused_;   ///< for good
    Counter& given_up_;  ///< mails that will not be tried again
};

}  // namespace kitchen::auth
