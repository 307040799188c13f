#include "codes/message_dispatcher.h"

#include <algorithm>
#include <utility>

#include "kitchen/backoff.h"

namespace kitchen::auth {
namespace {

constexpr Backoff backoff{std::chrono::seconds(2), std::chrono::minutes(1)};
constexpr unsigned sending_threads = 2;
/// As long as the mail service is away at most.
constexpr std::chrono::hours notice_valid_for(24);

template <class AnyMessage>
auto& key_of(AnyMessage& message) {
    return std::visit(
        [](auto& any) -> auto& { return any.idempotency_key; }, message);
}

Channel channel_of(const Message& message) {
    return std::holds_alternative<Mail>(message) ? Channel::email : Channel::sms;
}

}  // namespace

Error message_queue_full(Channel channel) {
    const bool is_mail = channel == Channel::email;
    return Error(Errc::unavailable, is_mail ? "mail_queue_full" : "sms_queue_full",
                 std::string(is_mail ? "No mail" : "No text message") +
                     " can be sent at this moment. Try again in a few seconds.")
        .retry_in(std::chrono::seconds(5));
}

MessageDispatcher::MessageDispatcher(Mailer& mailer, SmsSender* sms, Jobs& jobs, Clock& clock,
                                     Random& random, Metrics& metrics, Logger& log)
    : mailer_(mailer),
      sms_(sms),
      clock_(clock),
      random_(random),
      log_(log),
      mails_(lane(jobs, metrics, Channel::email)) {
    if (sms_) text_messages_.emplace(lane(jobs, metrics, Channel::sms));
}

MessageDispatcher::Lane MessageDispatcher::lane(Jobs& jobs, Metrics& metrics, Channel channel) {
    const bool is_mail = channel == Channel::email;
    const auto tries = [&](const char* outcome) -> Counter& {
        return metrics.counter(is_mail ? "kitchen_mail_tries_total" : "kitchen_sms_tries_total",
                               is_mail
                                   ? "Mails handed to the mailer, by what became of it."
                                   : "Text messages handed to the sender, by what became of it.",
                               {{"outcome", outcome}});
    };
    return {jobs.queue(is_mail ? "auth mails" : "auth text messages", sending_threads),
            tries("sent"), tries("failed"), tries("refused"),
            metrics.counter(
                is_mail ? "kitchen_mails_given_up_total" : "kitchen_sms_given_up_total",
                is_mail ? "Mails that could not be sent and will not be tried again."
                        : "Text messages that could not be sent and will not be tried again.")};
}

const MessageDispatcher::Lane& MessageDispatcher::lane_of(const Message& message) const {
    return channel_of(message) == Channel::email ? mails_ : text_messages_.value();
}

Status MessageDispatcher::hand_over(const Message& message) {
    if (const auto* mail = std::get_if<Mail>(&message)) return mailer_.send(*mail);
    return sms_->send(std::get<Sms>(message));
}

bool MessageDispatcher::post(Message message, std::chrono::milliseconds valid_for) {
    key_of(message) = new_mail_key(random_);
    const Deadline deadline = clock_.steady_now() + valid_for;
    Jobs& queue = lane_of(message).queue;
    return queue.post("auth-message", [this, message = std::move(message), deadline] {
        attempt(message, deadline, 1);
    });
}

void MessageDispatcher::notify(Mail notice) {
    if (!notice.to.empty() && !post(std::move(notice), notice_valid_for))
        log_.warn("a notice was not sent: too many messages wait");
}

void MessageDispatcher::attempt(const Message& message, Deadline deadline, int tries) {
    const Lane& lane = lane_of(message);
    if (clock_.steady_now() >= deadline) {
        lane.given_up.add();
        log_.error("a message waited until it was worth nothing",
                   {{"key", key_of(message)}, {"channel", to_text(channel_of(message))}});
        return;
    }
    const Status sent = hand_over(message);
    if (sent) return lane.sent.add();
    const Error& error = sent.error();
    // The address is personal: the key is what finds the message in the sender's own log.
    const LogField key{"key", key_of(message)}, channel{"channel", to_text(channel_of(message))};
    if (error.kind == Errc::unprocessable) {
        lane.refused.add();
        lane.given_up.add();
        log_.warn("a message was refused for good", {key, channel, {"code", error.code}});
        return;
    }
    lane.failed.add();
    std::chrono::milliseconds pause = backoff.half_jitter(tries, random_);
    if (error.retry_after) pause = std::max(pause, std::chrono::milliseconds(*error.retry_after));
    if (tries >= max_tries || clock_.steady_now() + pause >= deadline) {
        lane.given_up.add();
        log_.error("a message could not be sent; giving up",
                   {key, channel, {"code", error.code}, {"tries", tries}});
        return;
    }
    log_.warn("a message could not be sent; will try again",
              {key, channel, {"code", error.code}, {"tries", tries}, {"pause_ms", pause.count()}});
    if (!lane.queue.post_after(pause, "auth-message", [this, message, deadline, tries] {
            attempt(message, deadline, tries + 1);
        })) {
        lane.given_up.add();
        log_.error("a message could not be queued again; giving up", {key, channel});
    }
}

}  // namespace kitchen::auth
