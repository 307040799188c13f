#include "outbox_service.h"

#include <stdexcept>
#include <utility>

namespace kitchen::outbox {
namespace {

constexpr std::int64_t swept_at_once = 500;  // so that no transaction is long

}  // namespace

void MailWriters::add(std::string name, MailWriter& writer) {
    const auto [added, is_new] = writers_.try_emplace(std::move(name), writer);
    if (!is_new) throw std::logic_error("two writers of mails are called " + added->first);
}

Result<Mail> MailWriters::write(std::string_view name, std::string_view key) const {
    const auto found = writers_.find(name);
    if (found == writers_.end())
        return Error(Errc::unavailable, "mail_writer_missing",
                     "The plugin that writes this mail is switched off.")
            .with_subject(std::string(name));
    return found->second.get().write(key);
}

Status OutboxService::enqueue(Transaction& tx, const Mail& mail) { return put(tx, mail, ""); }

Status OutboxService::enqueue(Transaction& tx, const UnwrittenMail& mail) {
    if (!writers_.has(mail.writer))
        throw std::logic_error("no writer of mails is called '" + mail.writer + "'");
    return put(tx, {mail.to, "", "", "", mail.idempotency_key}, mail.writer);
}

Status OutboxService::put(Transaction& tx, const Mail& mail, std::string_view writer) {
    if (mail.idempotency_key.empty())
        return Error(Errc::unprocessable, "mail_key_missing", "A mail needs an idempotency key.");
    // Of the mailer's key it is only asked to be the same at every attempt. The caller's would not
    // do: two installations that share one mail account both have an order 1.
    const Result<std::optional<std::int64_t>> id =
        mails_.insert(tx, mail, writer, random_.hex(16), tracing_.outgoing(), clock_.now());
    if (!id) return id.error();
    if (*id && written_) tx.after_commit([this, mail_id = **id] { written_(mail_id); });
    return {};
}

Status OutboxService::enqueue(const Mail& mail) {
    return store_.transact([&](Transaction& tx) { return enqueue(tx, mail); });
}

void OutboxService::add_writer(std::string name, MailWriter& writer) {
    writers_.add(std::move(name), writer);
}

void OutboxService::write_subject(OutgoingMail& mail) const {
    if (mail.writer.empty() || !mail.subject.empty()) return;
    if (Result<Mail> written = writers_.write(mail.writer, mail.key); written)
        mail.subject = std::move(written->subject);
}

Result<MailPage> OutboxService::list(std::optional<MailState> state, std::int64_t limit,
                                     std::int64_t offset) {
    Result<MailPage> page = store_.read<MailPage>(
        [&](Transaction& tx) { return mails_.page(tx, state, limit, offset); });
    if (page)
        for (OutgoingMail& mail : page->mails) write_subject(mail);
    return page;
}

Result<OutgoingMail> OutboxService::retry(std::int64_t id) {
    const Timestamp now = clock_.now();
    Result<OutgoingMail> waiting =
        store_.transact<OutgoingMail>([&](Transaction& tx) -> Result<OutgoingMail> {
            Result<std::optional<OutgoingMail>> revived = mails_.revive(tx, id, now);
            if (!revived) return std::move(revived).error();
            if (*revived) {
                if (written_) tx.after_commit([this, id] { written_(id); });
                return std::move(**revived);
            }
            Result<std::optional<OutgoingMail>> mail = mails_.find(tx, id);
            if (!mail) return std::move(mail).error();
            if (!*mail) return Error(Errc::not_found, "mail_not_found", "There is no such mail.");
            return Error(Errc::conflict, "mail_not_dead",
                         (*mail)->state == MailState::sent
                             ? "This mail has been sent."
                             : "This mail waits to be sent, and will be tried again by itself.");
        });
    if (waiting) write_subject(*waiting);
    return waiting;
}

Result<std::int64_t> OutboxService::sweep(std::chrono::milliseconds kept) {
    const Timestamp expired = clock_.now() - kept;
    for (std::int64_t all = 0;;) {
        Result<std::int64_t> swept = store_.transact<std::int64_t>(
            [&](Transaction& tx) { return mails_.sweep(tx, expired, swept_at_once); });
        if (!swept) return swept;
        all += *swept;
        if (*swept < swept_at_once) return all;
    }
}

Result<std::int64_t> OutboxService::waiting() {
    return store_.read<std::int64_t>(
        [&](Transaction& tx) { return mails_.count(tx, MailState::waiting); });
}

Status OutboxService::check() {
    Result<std::optional<Timestamp>> oldest = store_.read<std::optional<Timestamp>>(
        [&](Transaction& tx) { return mails_.oldest_waiting(tx); });
    if (!oldest) return std::move(oldest).error();
    if (!*oldest || clock_.now() - **oldest <= patience) return {};
    return Error(
        Errc::unavailable, "mails_delayed",
        "Mails have been waiting for more than 15 minutes. See GET /admin/mail/?state=waiting.");
}

}  // namespace kitchen::outbox
