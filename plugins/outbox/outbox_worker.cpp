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

}  // namespace

int OutboxWorker::run() {
    if (clock_.steady_now() < quiet_until_) return 0;
    // A read: an empty queue must not cost a write every second.
    const Timestamp now = clock_.now();
    const Result<bool> due = store_.read<bool>([&](Transaction& tx) { return mails_.has_due(tx, now); });
    if (!due) log_.warn("the outgoing mails cannot be read", {{"code", due.error().code}});
    if (!due || !*due) return 0;

    int tried = 0;
    for (int failures = 0; !stopping_ && tried < settings_.mails_per_run && failures < failures_per_run;) {
        const Result<std::optional<LeasedMail>> mail = claim();
        if (!mail) log_.warn("no mail can be claimed", {{"code", mail.error().code}});
        if (!mail || !*mail) return tried;
        ++tried;
        const std::optional<Error> failure = attempt(**mail);
        failures = failure ? failures + 1 : 0;
        if (failure && failure->kind == Errc::too_many_requests) {
            quiet_until_ = clock_.steady_now() + failure->retry_after.value_or(std::chrono::seconds(1));
            return tried;
        }
    }
    return tried;
}

Result<std::optional<LeasedMail>> OutboxWorker::claim() {
    const Timestamp now = clock_.now();
    const std::string token = random_.hex(16);
    return store_.transact<std::optional<LeasedMail>>([&](Transaction& tx) { return mails_.claim(tx, token, now, now + settings_.lease); });
}

std::optional<Error> OutboxWorker::attempt(const LeasedMail& mail) {
    // More attempts than there may be: the process has died in the last of them, perhaps of this very mail.
    if (mail.attempts > settings_.max_attempts) {
        log_.error("a mail could not be sent; giving up", {{"mail_id", mail.id}, {"attempts", mail.attempts - 1}});
        settle(mail, "dead", [&](Transaction& tx) { return mails_.bury(tx, mail, "attempts_exhausted", clock_.now()); });
        return std::nullopt;
    }
    const Status sent = mailer_.send(mail.mail);
    const Timestamp now = clock_.now();
    if (sent) {
        settle(mail, "sent", [&](Transaction& tx) { return mails_.mark_sent(tx, mail, now); });
        return std::nullopt;
    }
    const Error& error = sent.error();
    const std::string words = words_of(error);
    const bool refused = error.kind == Errc::unprocessable;
    if (refused || mail.attempts >= settings_.max_attempts) {
        log_.error(refused ? "a mail was refused for good" : "a mail could not be sent; giving up",
                   {{"mail_id", mail.id}, {"error", words}, {"attempts", mail.attempts}});
        settle(mail, "dead", [&](Transaction& tx) { return mails_.bury(tx, mail, words, now); });
    } else {
        std::chrono::milliseconds wait = wait_after(settings_.backoff, mail.attempts, random_);
        if (error.retry_after) wait = std::max(wait, std::chrono::milliseconds(*error.retry_after));
        log_.warn("a mail could not be sent; will try again",
                  {{"mail_id", mail.id}, {"error", words}, {"attempts", mail.attempts}, {"wait_ms", wait.count()}});
        settle(mail, "waiting", [&](Transaction& tx) { return mails_.put_back(tx, mail, words, now + wait, now); });
    }
    if (refused) return std::nullopt;
    return error;
}

void OutboxWorker::settle(const LeasedMail& mail, const char* what, const std::function<Result<bool>(Transaction&)>& note) {
    const Result<bool> noted = store_.transact<bool>(note);
    // Either way nothing is lost: the mail is with whoever has the lease, or becomes due when this one ends, under the same key.
    if (!noted) log_.warn("what became of a mail could not be noted", {{"mail_id", mail.id}, {"state", what}, {"code", noted.error().code}});
    else if (!*noted) log_.warn("a mail took longer than its lease; another worker has it", {{"mail_id", mail.id}, {"state", what}});
}

}  // namespace kitchen::outbox
