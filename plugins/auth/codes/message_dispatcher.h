// Sends mails and text messages after the response, on the jobs' threads, and tries again when the
// service is away.
//
// A message with a code is not written anywhere on its way: it waits in memory, at most as long as
// its code is valid.
//
// Thread-safety: all calls, from any thread. Must outlive the jobs it has posted: the kernel ends
// those before it stops plugins.
#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "codes/contact.h"
#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/sms.h"

namespace kitchen::auth {

using Message = std::variant<Mail, Sms>;

/// unavailable, with Retry-After.
Error message_queue_full(Channel channel);

class MessageDispatcher {
public:
    static constexpr int max_tries = 6;

    /// `sms` nullptr: no text messages are sent, and no call may bring one.
    MessageDispatcher(Mailer& mailer, SmsSender* sms, Jobs& jobs, Clock& clock, Random& random,
                      Metrics& metrics, Logger& log);

    /// Whether messages of that channel can be sent; of another none may be given.
    bool has(Channel channel) const { return channel == Channel::email || sms_; }
    /// Takes the message, which is worth nothing after `valid_for`. Gives it an idempotency key.
    /// False when the jobs' queue is full.
    [[nodiscard]] bool post(Message message, std::chrono::milliseconds valid_for);
    /// Takes a mail that says nothing that ages; nothing happens when it has no address. When the
    /// queue is full it is lost, which the log says.
    void notify(Mail notice);

private:
    using Deadline = std::chrono::steady_clock::time_point;
    /// What each channel has of its own: a slow service keeps no message of the other. All counters
    /// but `given_up` are of single tries.
    struct Lane {
        Jobs& queue;
        Counter& sent;
        Counter& failed;    ///< another try may follow
        Counter& refused;   ///< for good
        Counter& given_up;  ///< messages that will not be tried again
    };
    static Lane lane(Jobs& jobs, Metrics& metrics, Channel channel);
    const Lane& lane_of(const Message& message) const;
    Status hand_over(const Message& message);
    void attempt(const Message& message, Deadline deadline, int tries);

    Mailer& mailer_;
    SmsSender* const sms_;
    Clock& clock_;
    Random& random_;
    Logger& log_;
    const Lane mails_;
    std::optional<Lane> text_messages_;
};

}  // namespace kitchen::auth
