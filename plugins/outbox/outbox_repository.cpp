#include "outbox_repository.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kitchen::outbox {
namespace {

constexpr std::string_view state_texts[] = {"waiting", "sent", "dead"};

// The columns of mail_of() and of maybe_leased(), in their order.
constexpr std::string_view columns =
    "id, recipient, subject, state, attempts, due_at, last_error, sent_at, created_at, updated_at, "
    "mail_key, writer";
constexpr std::string_view leased_columns =
    "id, send_key, recipient, subject, body_text, body_html, attempts, traceparent, tracestate, "
    "mail_key, writer";

Result<OutgoingMail> mail_of(Row row) {
    const auto state = parse_state(row.text(3));
    if (!state)
        return Error(Errc::corrupt, "mail_corrupt", "The mail could not be read.")
            .with_subject("outbox_mails.state");
    OutgoingMail mail;
    mail.id = row.integer(0);
    mail.to = row.string(1);
    mail.subject = row.string(2);
    mail.state = *state;
    mail.attempts = row.integer(4);
    if (*state == MailState::waiting) mail.due_at = from_millis(row.integer(5));
    mail.last_error = row.string(6);
    if (!row.is_null(7)) mail.sent_at = from_millis(row.integer(7));
    mail.created_at = from_millis(row.integer(8));
    mail.updated_at = from_millis(row.integer(9));
    mail.key = row.string(10);
    mail.writer = row.string(11);
    return mail;
}

Result<std::optional<LeasedMail>> maybe_leased(const Result<Rows>& rows, const Lease& lease) {
    return first_row(rows, [&](const Row& row) {
        return LeasedMail{
            row.integer(0),
            lease.token,
            lease.end,
            row.string(9),
            row.string(10),
            Mail{row.string(2), row.string(3), row.string(4), row.string(5), row.string(1)},
            row.integer(6),
            TraceContext{row.string(7), row.string(8)}};
    });
}

}  // namespace

std::string_view to_text(MailState state) { return state_texts[static_cast<std::size_t>(state)]; }

std::optional<MailState> parse_state(std::string_view name) {
    const auto found = std::find(std::begin(state_texts), std::end(state_texts), name);
    if (found == std::end(state_texts)) return std::nullopt;
    return static_cast<MailState>(found - std::begin(state_texts));
}

std::vector<std::string> names_of(MailState) {
    return {std::begin(state_texts), std::end(state_texts)};
}

OutboxRepository::OutboxRepository(Store& store)
    : insert_(store.prepare("INSERT INTO outbox_mails (mail_key, send_key, recipient, subject, "
                            "body_text, body_html, state, attempts, due_at, "
                            "created_at, updated_at, traceparent, tracestate, writer) VALUES ($1, "
                            "$2, $3, $4, $5, $6, 'waiting', 0, $7, $7, $7, $8, $9, $10) "
                            "ON CONFLICT (mail_key) DO NOTHING RETURNING id")),
      due_(store.prepare(
          "SELECT 1 FROM outbox_mails WHERE state = 'waiting' AND due_at <= $1 LIMIT 1")),
      // The outer conditions look again at what another worker may have changed since the inner
      // SELECT saw it.
      claim_(store.prepare("UPDATE outbox_mails SET lease_token = $1, due_at = $3, attempts = "
                           "attempts + 1, updated_at = $2 "
                           "WHERE id = (SELECT id FROM outbox_mails WHERE state = 'waiting' AND "
                           "due_at <= $4 ORDER BY due_at, id LIMIT 1) "
                           "AND state = 'waiting' AND due_at <= $4 RETURNING " +
                           std::string(leased_columns))),
      claim_one_(store.prepare("UPDATE outbox_mails SET lease_token = $1, due_at = $3, attempts = "
                               "attempts + 1, updated_at = $2 "
                               "WHERE id = $4 AND state = 'waiting' AND due_at <= $2 RETURNING " +
                               std::string(leased_columns))),
      sent_(store.prepare("UPDATE outbox_mails SET state = 'sent', lease_token = NULL, last_error "
                          "= NULL, subject = $4, body_text = '', body_html = '', "
                          "sent_at = $3, updated_at = $3 WHERE id = $1 AND lease_token = $2 AND "
                          "state = 'waiting' RETURNING id")),
      put_back_(
          store.prepare("UPDATE outbox_mails SET lease_token = NULL, last_error = $3, due_at = $4, "
                        "updated_at = $5, subject = $6 "
                        "WHERE id = $1 AND lease_token = $2 AND state = 'waiting' RETURNING id")),
      mark_dead_(
          store.prepare("UPDATE outbox_mails SET state = 'dead', lease_token = NULL, last_error "
                        "= $3, updated_at = $4, subject = $5 "
                        "WHERE id = $1 AND lease_token = $2 AND state = 'waiting' RETURNING id")),
      find_(store.prepare("SELECT " + std::string(columns) + " FROM outbox_mails WHERE id = $1")),
      page_(store.prepare("SELECT " + std::string(columns) +
                          " FROM outbox_mails ORDER BY id DESC LIMIT $1 OFFSET $2")),
      count_(store.prepare("SELECT COUNT(*) FROM outbox_mails")),
      page_of_state_(
          store.prepare("SELECT " + std::string(columns) +
                        " FROM outbox_mails WHERE state = $1 ORDER BY id DESC LIMIT $2 OFFSET $3")),
      count_of_state_(store.prepare("SELECT COUNT(*) FROM outbox_mails WHERE state = $1")),
      revive_(store.prepare(
          "UPDATE outbox_mails SET state = 'waiting', attempts = 0, due_at = $2, updated_at = $2 "
          "WHERE id = $1 AND state = 'dead' RETURNING " +
          std::string(columns))),
      oldest_(store.prepare("SELECT MIN(created_at) FROM outbox_mails WHERE state = 'waiting'")),
      sweep_(store.prepare("DELETE FROM outbox_mails WHERE id IN (SELECT id FROM outbox_mails "
                           "WHERE state IN ('sent', 'dead') AND updated_at <= $1 "
                           "ORDER BY id LIMIT $2)")) {}

Result<std::optional<std::int64_t>> OutboxRepository::insert(Transaction& tx, const Mail& mail,
                                                             std::string_view writer,
                                                             std::string_view send_key,
                                                             const TraceContext& trace,
                                                             Timestamp now) const {
    Result<Rows> rows =
        tx.query(insert_, {mail.idempotency_key, send_key, mail.to, mail.subject, mail.text,
                           mail.html, to_millis(now), trace.traceparent, trace.tracestate, writer});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<std::int64_t>();
    return std::optional<std::int64_t>(rows->front().integer(0));
}

Result<bool> OutboxRepository::has_due(Transaction& tx, Timestamp due) const {
    return any_row(tx.query(due_, {to_millis(due)}));
}

Result<std::optional<LeasedMail>> OutboxRepository::claim(Transaction& tx, const Lease& lease,
                                                          Timestamp due) const {
    return maybe_leased(
        tx.query(claim_, {lease.token, to_millis(lease.now), to_millis(lease.end), to_millis(due)}),
        lease);
}

Result<std::optional<LeasedMail>> OutboxRepository::claim_one(Transaction& tx, std::int64_t id,
                                                              const Lease& lease) const {
    return maybe_leased(
        tx.query(claim_one_, {lease.token, to_millis(lease.now), to_millis(lease.end), id}), lease);
}

Result<bool> OutboxRepository::mark_sent(Transaction& tx, const LeasedMail& mail,
                                         Timestamp now) const {
    return any_row(tx.query(sent_, {mail.id, mail.lease_token, to_millis(now), mail.mail.subject}));
}

Result<bool> OutboxRepository::put_back(Transaction& tx, const LeasedMail& mail,
                                        std::string_view error, Timestamp due_at,
                                        Timestamp now) const {
    return any_row(tx.query(put_back_, {mail.id, mail.lease_token, error, to_millis(due_at),
                                        to_millis(now), mail.mail.subject}));
}

Result<bool> OutboxRepository::mark_dead(Transaction& tx, const LeasedMail& mail,
                                         std::string_view error, Timestamp now) const {
    return any_row(tx.query(mark_dead_,
                            {mail.id, mail.lease_token, error, to_millis(now), mail.mail.subject}));
}

Result<std::optional<OutgoingMail>> OutboxRepository::find(Transaction& tx, std::int64_t id) const {
    return first_row(tx.query(find_, {id}), mail_of);
}

Result<MailPage> OutboxRepository::page(Transaction& tx, std::optional<MailState> state,
                                        std::int64_t limit, std::int64_t offset) const {
    Result<Rows> rows = state ? tx.query(page_of_state_, {to_text(*state), limit, offset})
                              : tx.query(page_, {limit, offset});
    if (!rows) return std::move(rows).error();
    MailPage page;
    for (const Row row : *rows) {
        Result<OutgoingMail> mail = mail_of(row);
        if (!mail) return std::move(mail).error();
        page.mails.push_back(*std::move(mail));
    }
    rows = state ? tx.query(count_of_state_, {to_text(*state)}) : tx.query(count_);
    if (!rows) return std::move(rows).error();
    page.total_count = rows->front().integer(0);
    return page;
}

Result<std::optional<OutgoingMail>> OutboxRepository::revive(Transaction& tx, std::int64_t id,
                                                             Timestamp now) const {
    return first_row(tx.query(revive_, {id, to_millis(now)}), mail_of);
}

Result<std::int64_t> OutboxRepository::count(Transaction& tx, MailState state) const {
    Result<Rows> rows = tx.query(count_of_state_, {to_text(state)});
    if (!rows) return std::move(rows).error();
    return rows->front().integer(0);
}

Result<std::optional<Timestamp>> OutboxRepository::oldest_waiting(Transaction& tx) const {
    Result<Rows> rows = tx.query(oldest_);
    if (!rows) return std::move(rows).error();
    if (rows->empty() || rows->front().is_null(0)) return std::optional<Timestamp>();
    return std::optional<Timestamp>(from_millis(rows->front().integer(0)));
}

Result<std::int64_t> OutboxRepository::sweep(Transaction& tx, Timestamp expired,
                                             std::int64_t most) const {
    Result<Rows> rows = tx.query(sweep_, {to_millis(expired), most});
    if (!rows) return std::move(rows).error();
    return rows->changed();
}

}  // namespace kitchen::outbox
