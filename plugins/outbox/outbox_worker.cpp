#include "outbox_worker.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kitchen::outbox {
namespace {

/// For an administrator: the error's code, and the mailer's own.
std::string reason_of(const Error& error) {
    constexpr std::size_t longest = 200;
    std::string reason = error.code;
    if (!error.subject.empty()) reason += " (" + error.subject + ")";
    if (reason.size() > longest) reason.resize(longest);
    return reason;
}

Counter& attempts(Metrics& metrics, const char* outcome) {
    return metrics.counter("kitchen_outbox_attempts_total",
                           "Attempts to send a mail of the outbox; failed: will be tried again.",
                           {{"outcome", outcome}});
}

}  // namespace

OutboxWorker::OutboxWorker(Store& store, Mailer& mailer, const Clock& clock, Random& random,
                           Logger& log, Metrics& metrics, Tracing& tracing,
                           const OutboxRepository& mails, const MailWriters& writers,
                           WorkerSettings settings)
    : store_(store),
      mailer_(mailer),
      clock_(clock),
      random_(random),
      log_(log),
      tracing_(tracing),
      mails_(mails),
      writers_(writers),
      settings_(settings),
      sent_(attempts(metrics, "sent")),
      failed_(attempts(metrics, "failed")),
      dead_(attempts(metrics, "dead")) {}

int OutboxWorker::run(std::chrono::milliseconds overdue) {
    if (quiet_for().count() > 0) return 0;
    // A read: an empty queue must not cost a write every second.
    const Timestamp due = clock_.now() - overdue;
    const Result<bool> found =
        store_.read<bool>([&](Transaction& tx) { return mails_.has_due(tx, due); });
    if (!found) log_.warn("the outgoing mails cannot be read", {{"code", found.error().code}});
    if (!found || !*found) return 0;

    int tried = 0;
    for (int failures = 0;
         !stopping_ && tried < settings_.mails_per_run && failures < failures_per_run;) {
        const Lease lease = new_lease();
        auto mail = store_.transact<std::optional<LeasedMail>>(
            [&](Transaction& tx) { return mails_.claim(tx, lease, lease.now - overdue); });
        if (!mail) log_.warn("no mail can be claimed", {{"code", mail.error().code}});
        if (!mail || !*mail) return tried;
        ++tried;
        failures = attempt(**std::move(mail)).failure ? failures + 1 : 0;
        if (quiet_for().count() > 0) return tried;
    }
    return tried;
}

Result<Delivery> OutboxWorker::deliver(std::int64_t id) {
    const Lease lease = new_lease();
    std::optional<Timestamp> due;
    auto mail = store_.transact<std::optional<LeasedMail>>(
        [&](Transaction& tx) -> Result<std::optional<LeasedMail>> {
            due.reset();
            Result<std::optional<LeasedMail>> claimed = mails_.claim_one(tx, id, lease);
            if (!claimed || *claimed) return claimed;
            const Result<std::optional<OutgoingMail>> found = mails_.find(tx, id);
            if (!found) return found.error();
            if (*found) due = (*found)->due_at;
            return claimed;
        });
    if (!mail) return mail.error();
    if (!*mail) return Delivery{false, due};
    const Attempt done = attempt(**std::move(mail));
    return Delivery{done.failure.has_value(), done.next};
}

std::chrono::milliseconds OutboxWorker::quiet_for() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(quiet_until_.load() - clock_.steady_now());
    return std::max(left, std::chrono::milliseconds(0));
}

Lease OutboxWorker::new_lease() {
    const Timestamp now = clock_.now();
    return {random_.hex(16), now, now + settings_.lease};
}

OutboxWorker::Attempt OutboxWorker::attempt(LeasedMail mail) {
    Attempt done;
    tracing_.resume(mail.trace, [&] { done = try_to_send(mail); });
    return done;
}

OutboxWorker::Attempt OutboxWorker::try_to_send(LeasedMail& mail) {
    // More attempts than there may be: the process has died in the last of them, perhaps of this
    // very mail.
    if (mail.attempts > settings_.max_attempts) {
        log_.error("a mail could not be sent; giving up",
                   {{"mail_id", mail.id}, {"attempts", mail.attempts - 1}});
        return {std::nullopt, give_up(mail, "attempts_exhausted")};
    }
    const Status written = write(mail);
    const Status sent = written ? mailer_.send(mail.mail) : written;
    if (sent) {
        sent_.add();
        const bool noted = settle(mail, "sent", [&](Transaction& tx) {
            return mails_.mark_sent(tx, mail, clock_.now());
        });
        return {std::nullopt, noted ? std::nullopt : std::optional(mail.lease_end)};
    }
    const Error& error = sent.error();
    if (written && error.kind == Errc::too_many_requests)
        quiet_until_ = clock_.steady_now() + error.retry_after.value_or(std::chrono::seconds(1));
    const bool refused = error.kind == Errc::unprocessable;
    Attempt done;
    // A mail that cannot be written, or is refused for good, says nothing about the mailer.
    if (written && !refused) done.failure = error;
    if (refused || mail.attempts >= settings_.max_attempts) {
        const std::string reason = reason_of(error);
        log_.error(refused ? "a mail was refused for good" : "a mail could not be sent; giving up",
                   {{"mail_id", mail.id}, {"error", reason}, {"attempts", mail.attempts}});
        done.next = give_up(mail, reason);
    } else {
        done.next = try_later(mail, error);
    }
    return done;
}

Status OutboxWorker::write(LeasedMail& mail) const {
    if (mail.writer.empty()) return {};
    Result<Mail> written = writers_.write(mail.writer, mail.key);
    if (!written) return std::move(written).error();
    mail.mail.subject = std::move(written->subject);
    mail.mail.text = std::move(written->text);
    mail.mail.html = std::move(written->html);
    return {};
}

std::optional<Timestamp> OutboxWorker::give_up(const LeasedMail& mail, std::string_view reason) {
    dead_.add();
    const bool noted = settle(mail, "dead", [&](Transaction& tx) {
        return mails_.mark_dead(tx, mail, reason, clock_.now());
    });
    return noted ? std::nullopt : std::optional(mail.lease_end);
}

std::optional<Timestamp> OutboxWorker::try_later(const LeasedMail& mail, const Error& error) {
    const std::string reason = reason_of(error);
    const Timestamp now = clock_.now();
    std::chrono::milliseconds wait = settings_.backoff.full_jitter(mail.attempts, random_);
    if (error.retry_after) wait = std::max(wait, std::chrono::milliseconds(*error.retry_after));
    failed_.add();
    log_.warn("a mail could not be sent; will try again", {{"mail_id", mail.id},
                                                           {"error", reason},
                                                           {"attempts", mail.attempts},
                                                           {"wait_ms", wait.count()}});
    const bool noted = settle(mail, "waiting", [&](Transaction& tx) {
        return mails_.put_back(tx, mail, reason, now + wait, now);
    });
    return noted ? now + wait : mail.lease_end;
}

bool OutboxWorker::settle(const LeasedMail& mail, const char* what,
                          const std::function<Result<bool>(Transaction&)>& note) {
    const Result<bool> noted = store_.transact<bool>(note);
    // Either way nothing is lost: the mail is with the worker that has the lease, or becomes due
    // when this one ends, under the same key.
    if (!noted)
        log_.warn("what became of a mail could not be noted",
                  {{"mail_id", mail.id}, {"state", what}, {"code", noted.error().code}});
    else if (!*noted)
        log_.warn("a mail took longer than its lease; another worker has it",
                  {{"mail_id", mail.id}, {"state", what}});
    return noted && *noted;
}

}  // namespace kitchen::outbox
