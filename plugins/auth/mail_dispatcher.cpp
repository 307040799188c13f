#include "mail_dispatcher.h"

#include <algorithm>
#include <utility>

namespace kitchen::auth {

bool MailDispatcher::post(Mail mail, std::chrono::milliseconds valid_for) {
    mail.idempotency_key = random_.hex(16);
    const Deadline deadline = clock_.steady_now() + valid_for;
    return jobs_.post("auth-mail", [this, mail = std::move(mail), deadline] { attempt(mail, deadline, 1); });
}

void MailDispatcher::send(Mail mail, std::chrono::milliseconds valid_for) {
    mail.idempotency_key = random_.hex(16);
    attempt(mail, clock_.steady_now() + valid_for, 1);
}

void MailDispatcher::attempt(const Mail& mail, Deadline deadline, int tries) {
    const Status sent = mailer_.send(mail);
    if (sent) return;
    const Error& error = sent.error();
    // The address is personal: the key is what finds the mail in the mailer's own log.
    if (error.kind == Errc::unprocessable) {
        log_.warn("a mail was refused for good", {{"key", mail.idempotency_key}, {"code", error.code}});
        return;
    }
    std::chrono::milliseconds pause = pause_after(tries);
    if (error.retry_after) pause = std::max(pause, std::chrono::milliseconds(*error.retry_after));
    if (tries >= max_tries || clock_.steady_now() + pause >= deadline) {
        log_.error("a mail could not be sent; giving up", {{"key", mail.idempotency_key}, {"code", error.code}, {"tries", tries}});
        return;
    }
    log_.warn("a mail could not be sent; will try again",
              {{"key", mail.idempotency_key}, {"code", error.code}, {"tries", tries}, {"pause_ms", pause.count()}});
    if (!jobs_.post_after(pause, "auth-mail", [this, mail, deadline, tries] { attempt(mail, deadline, tries + 1); }))
        log_.error("a mail could not be queued again; giving up", {{"key", mail.idempotency_key}});
}

std::chrono::milliseconds MailDispatcher::pause_after(int tries) const {
    const std::int64_t longest = std::min<std::int64_t>(60'000, 2'000ll << (tries - 1));
    return std::chrono::milliseconds(longest / 2 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(longest / 2))));
}

}  // namespace kitchen::auth
