#include "outbox_worker.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kitchen::outbox {
namespace {

/// For an administrator: the error's word, and the mailer's own.
std::string words_of(const Error& error) {
    constexpr std::size_t longest = 200;
    std::string words = error.code;
    if (!error.subject.empty()) words += " (" + error.subject + ")";
    if (words.size() > longest) words.resize(longest);
    return words;
}

Counter& attempts(Metrics& metrics, const char* outcome) {
    return metrics.counter("kitchen_outbox_attempts_total",
                           "Attempts to send a mail of the outbox; failed: will be tried again.",
                           {{"outcome", outcome}});
}

}  // namespace

OutboxWorker::OutboxWorker(Store& store, Mailer& mailer, const Clock& clock, Random& random,
                           Logger& log, Metrics& metrics, Tracing& tracing,
                           const OutboxRepository& mails, WorkerSettings settings)
    : store_(store),
      mailer_(mailer),
      clock_(clock),
      random_(random),
      log_(log),
      tracing_(tracing),
      mails_(mails),
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
        const auto mail = store_.transact<std::optional<LeasedMail>>(
            [&](Transaction& tx) { return mails_.claim(tx, lease, lease.now - overdue); });
        if (!mail) log_.warn("no mail can be claimed", {{"code", mail.error().code}});
        if (!mail || !*mail) return tried;
        ++tried;
        failures = attempt(**mail).failure ? failures + 1 : 0;
        if (quiet_for().count() > 0) return tried;
    }
    return tried;
}

Result<Delivery> OutboxWorker::deliver(std::int64_t id) {
    const Lease lease = new_lease();
    std::optional<Timestamp> due;
    const auto mail = store_.transact<std::optional<LeasedMail>>(
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
    const Attempt done = attempt(**mail);
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

OutboxWorker::Attempt OutboxWorker::attempt(const LeasedMail& mail) {
    Attempt done;
    tracing_.resume(mail.trace, [&] { done = try_to_send(mail); });
    return done;
}

OutboxWorker::Attempt OutboxWorker::try_to_send(const LeasedMail& mail) {
    const auto bury = [&](std::string_view words) -> std::optional<Timestamp> {
        dead_.add();
        if (settle(mail, "dead",
                   [&](Transaction& tx) { return mails_.bury(tx, mail, words, clock_.now()); }))
            return std::nullopt;
        return mail.lease_end;
    };
    // More attempts than there may be: the process has died in the last of them, perhaps of this
    // very mail.
    if (mail.attempts > settings_.max_attempts) {
        log_.error("a mail could not be sent; giving up",
                   {{"mail_id", mail.id}, {"attempts", mail.attempts - 1}});
        return {std::nullopt, bury("attempts_exhausted")};
    }
    const Status sent = mailer_.send(mail.mail);
    const Timestamp now = clock_.now();
    if (sent) {
        sent_.add();
        const bool noted =
            settle(mail, "sent", [&](Transaction& tx) { return mails_.mark_sent(tx, mail, now); });
        return {std::nullopt, noted ? std::nullopt : std::optional(mail.lease_end)};
    }
    const Error& error = sent.error();
    if (error.kind == Errc::too_many_requests)
        quiet_until_ = clock_.steady_now() + error.retry_after.value_or(std::chrono::seconds(1));
    const std::string words = words_of(error);
    const bool refused = error.kind == Errc::unprocessable;
    if (refused || mail.attempts >= settings_.max_attempts) {
        log_.error(refused ? "a mail was refused for good" : "a mail could not be sent; giving up",
                   {{"mail_id", mail.id}, {"error", words}, {"attempts", mail.attempts}});
        const std::optional<Timestamp> next = bury(words);
        return {refused ? std::nullopt : std::optional(error), next};
    }
    std::chrono::milliseconds wait = wait_after(settings_.backoff, mail.attempts, random_);
    if (error.retry_after) wait = std::max(wait, std::chrono::milliseconds(*error.retry_after));
    failed_.add();
    log_.warn("a mail could not be sent; will try again", {{"mail_id", mail.id},
                                                           {"error", words},
                                                           {"attempts", mail.attempts},
                                                           {"wait_ms", wait.count()}});
    const bool noted = settle(mail, "waiting", [&](Transaction& tx) {
        return mails_.put_back(tx, mail, words, now + wait, now);
    });
    return {error, noted ? now + wait : mail.lease_end};
}

bool OutboxWorker::settle(const LeasedMail& mail, const char* what,
                          const std::function<Result<bool>(Transaction&)>& note) {
    const Result<bool> noted = store_.transact<bool>(note);
    // Either way nothing is lost: the mail is with whoever has the lease, or becomes due when this
    // one ends, under the same key.
    if (!noted)
        log_.warn("what became of a mail could not be noted",
                  {{"mail_id", mail.id}, {"state", what}, {"code", noted.error().code}});
    else if (!*noted)
        log_.warn("a mail took longer than its lease; another worker has it",
                  {{"mail_id", mail.id}, {"state", what}});
    return noted && *noted;
}

}  // namespace kitchen::outbox
