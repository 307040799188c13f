#include "codes/mail_dispatcher.h"

#include <algorithm>
#include <utility>

#include "kitchen/backoff.h"

namespace kitchen::auth {
namespace {

constexpr Backoff backoff{std::chrono::seconds(2), std::chrono::minutes(1)};
constexpr unsigned sending_threads = 2;

Counter& tries(Metrics& metrics, const char* outcome) {
    return metrics.counter("kitchen_mail_tries_total",
                           "Mails handed to the mailer, by what became of it.",
                           {{"outcome", outcome}});
}

}  // namespace

Error mail_queue_full() {
    return Error(Errc::unavailable, "mail_queue_full",
                 "No mail can be sent at this moment. Try again in a few seconds.")
        .retry_in(std::chrono::seconds(5));
}

MailDispatcher::MailDispatcher(Mailer& mailer, Jobs& jobs, Clock& clock, Random& random,
                               Metrics& metrics, Logger& log)
    : mailer_(mailer),
      jobs_(jobs.queue("auth mails", sending_threads)),
      clock_(clock),
      random_(random),
      log_(log),
      sent_(tries(metrics, "sent")),
      failed_(tries(metrics, "failed")),
      refused_(tries(metrics, "refused")),
      given_up_(metrics.counter("kitchen_mails_given_up_total",
                                "Mails that could not be sent and will not be tried again.")) {}

bool MailDispatcher::post(Mail mail, std::chrono::milliseconds valid_for) {
    mail.idempotency_key = new_mail_key(random_);
    const Deadline deadline = clock_.steady_now() + valid_for;
    return jobs_.post("auth-mail",
                      [this, mail = std::move(mail), deadline] { attempt(mail, deadline, 1); });
}

void MailDispatcher::send(Mail mail, std::chrono::milliseconds valid_for) {
    mail.idempotency_key = new_mail_key(random_);
    attempt(mail, clock_.steady_now() + valid_for, 1);
}

void MailDispatcher::attempt(const Mail& mail, Deadline deadline, int tries) {
    const Status sent = mailer_.send(mail);
    if (sent) return sent_.add();
    const Error& error = sent.error();
    // The address is personal: the key is what finds the mail in the mailer's own log.
    if (error.kind == Errc::unprocessable) {
        refused_.add();
        given_up_.add();
        log_.warn("a mail was refused for good",
                  {{"key", mail.idempotency_key}, {"code", error.code}});
        return;
    }
    failed_.add();
    std::chrono::milliseconds pause = backoff.half_jitter(tries, random_);
    if (error.retry_after) pause = std::max(pause, std::chrono::milliseconds(*error.retry_after));
    if (tries >= max_tries || clock_.steady_now() + pause >= deadline) {
        given_up_.add();
        log_.error("a mail could not be sent; giving up",
                   {{"key", mail.idempotency_key}, {"code", error.code}, {"tries", tries}});
        return;
    }
    log_.warn("a mail could not be sent; will try again", {{"key", mail.idempotency_key},
                                                           {"code", error.code},
                                                           {"tries", tries},
                                                           {"pause_ms", pause.count()}});
    if (!jobs_.post_after(pause, "auth-mail",
                          [this, mail, deadline, tries] { attempt(mail, deadline, tries + 1); })) {
        given_up_.add();
        log_.error("a mail could not be queued again; giving up", {{"key", mail.idempotency_key}});
    }
}

}  // namespace kitchen::auth
