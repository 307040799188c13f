#include "outbox_repository.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kitchen::outbox {
namespace {

constexpr std::string_view state_texts[] = {"waiting", "sent", "dead"};

// The columns of stored() and of maybe_leased(), in their order.
constexpr std::string_view columns =
    "id, channel, recipient, subject, state, attempts, due_at, last_error, sent_at, created_at, "
    "updated_at";
constexpr std::string_view leased_columns =
    "id, delivery_key, recipient, subject, payload, send_key, created_at, attempts, traceparent, "
    "tracestate";

/// $1: the channel, $2: the state. Each filter has a text of its own, for which there is an index.
constexpr std::string_view filters[] = {"$1 = '' AND $2 = ''", "channel = $1 AND $2 = ''",
                                        "$1 = '' AND state = $2", "channel = $1 AND state = $2"};

std::size_t number_of(const DeliveryFilter& filter) {
    return (filter.channel.empty() ? 0U : 1U) + (filter.state ? 2U : 0U);
}

Result<StoredDelivery> stored(Row row) {
    const auto state = parse_state(row.text(4));
    if (!state)
        return Error(Errc::corrupt, "delivery_corrupt", "The delivery could not be read.")
            .with_subject("outbox_deliveries.state");
    StoredDelivery delivery;
    delivery.id = row.integer(0);
    delivery.channel = row.string(1);
    delivery.to = row.string(2);
    delivery.subject = row.string(3);
    delivery.state = *state;
    delivery.attempts = row.integer(5);
    if (*state == DeliveryState::waiting) delivery.due_at = from_millis(row.integer(6));
    delivery.last_error = row.string(7);
    if (!row.is_null(8)) delivery.sent_at = from_millis(row.integer(8));
    delivery.created_at = from_millis(row.integer(9));
    delivery.updated_at = from_millis(row.integer(10));
    return delivery;
}

Result<std::optional<LeasedDelivery>> maybe_leased(const Result<Rows>& rows, const Lease& lease) {
    return first_row(rows, [&](const Row& row) {
        LeasedDelivery leased;
        leased.id = row.integer(0);
        leased.lease_token = lease.token;
        leased.lease_end = lease.end;
        leased.outgoing.key = row.string(1);
        leased.outgoing.to = row.string(2);
        leased.outgoing.subject = row.string(3);
        leased.outgoing.payload = row.string(4);
        leased.outgoing.id = row.string(5);
        leased.outgoing.created_at = from_millis(row.integer(6));
        leased.outgoing.attempt = row.integer(7);
        leased.trace = {row.string(8), row.string(9)};
        return leased;
    });
}

std::string_view text_of(std::optional<DeliveryState> state) {
    return state ? to_text(*state) : "";
}

}  // namespace

std::string_view to_text(DeliveryState state) {
    return state_texts[static_cast<std::size_t>(state)];
}

std::optional<DeliveryState> parse_state(std::string_view name) {
    const auto found = std::find(std::begin(state_texts), std::end(state_texts), name);
    if (found == std::end(state_texts)) return std::nullopt;
    return static_cast<DeliveryState>(found - std::begin(state_texts));
}

std::vector<std::string> names_of(DeliveryState) {
    return {std::begin(state_texts), std::end(state_texts)};
}

OutboxRepository::OutboxRepository(Store& store)
    : insert_(store.prepare(
          "INSERT INTO outbox_deliveries (channel, delivery_key, send_key, recipient, subject, "
          "payload, state, attempts, due_at, created_at, updated_at, waiting_since, traceparent, "
          "tracestate) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $7, $7, $7, $8, $9) "
          "ON CONFLICT (channel, delivery_key) DO NOTHING RETURNING id")),
      due_(store.prepare("SELECT 1 FROM outbox_deliveries WHERE channel = $1 AND state = "
                         "'waiting' AND due_at <= $2 LIMIT 1")),
      // The outer conditions look again at what another worker may have changed since the inner
      // SELECT saw it.
      claim_(store.prepare(
          "UPDATE outbox_deliveries SET lease_token = $1, due_at = $3, attempts = attempts + 1, "
          "updated_at = $2 WHERE id = (SELECT id FROM outbox_deliveries WHERE channel = $5 AND "
          "state = 'waiting' AND due_at <= $4 ORDER BY due_at, id LIMIT 1) "
          "AND state = 'waiting' AND due_at <= $4 RETURNING " +
          std::string(leased_columns))),
      claim_one_(store.prepare(
          "UPDATE outbox_deliveries SET lease_token = $1, due_at = $3, attempts = attempts + 1, "
          "updated_at = $2 WHERE id = $4 AND state = 'waiting' AND due_at <= $2 RETURNING " +
          std::string(leased_columns))),
      sent_(store.prepare(
          "UPDATE outbox_deliveries SET state = 'sent', lease_token = NULL, last_error = NULL, "
          "payload = CASE WHEN $4 = 1 THEN payload ELSE '' END, sent_at = $3, updated_at = $3 "
          "WHERE id = $1 AND lease_token = $2 AND state = 'waiting' RETURNING id")),
      put_back_(store.prepare(
          "UPDATE outbox_deliveries SET lease_token = NULL, last_error = $3, due_at = $4, "
          "updated_at = $5, attempts = attempts - $6 WHERE id = $1 AND lease_token = $2 AND state "
          "= 'waiting' RETURNING id")),
      mark_dead_(store.prepare(
          "UPDATE outbox_deliveries SET state = 'dead', lease_token = NULL, last_error = $3, "
          "updated_at = $4 WHERE id = $1 AND lease_token = $2 AND state = 'waiting' RETURNING id")),
      find_(store.prepare("SELECT " + std::string(columns) +
                          " FROM outbox_deliveries WHERE id = $1")),
      revive_(store.prepare(
          "UPDATE outbox_deliveries SET state = 'waiting', attempts = 0, due_at = $2, updated_at = "
          "$2, waiting_since = $2, sent_at = NULL, last_error = NULL WHERE id = $1 AND (state = "
          "'dead' OR (state = 'sent' AND payload <> '')) RETURNING " +
          std::string(columns))),
      revive_dead_(store.prepare(
          "UPDATE outbox_deliveries SET state = 'waiting', attempts = 0, due_at = $2, updated_at = "
          "$2, waiting_since = $2, sent_at = NULL, last_error = NULL WHERE id IN (SELECT id FROM "
          "outbox_deliveries WHERE channel = $1 AND state = 'dead' "
          "ORDER BY id LIMIT $3) RETURNING id")),
      keys_(store.prepare("SELECT delivery_key FROM outbox_deliveries WHERE channel = $1 AND "
                          "substr(delivery_key, 1, length($2)) = $2 ORDER BY id")),
      waiting_(store.prepare(
          "SELECT COUNT(*) FROM outbox_deliveries WHERE channel = $1 AND state = 'waiting'")),
      oldest_(
          store.prepare("SELECT MIN(waiting_since) FROM outbox_deliveries WHERE channel = $1 AND "
                        "state = 'waiting'")),
      sweep_(store.prepare("DELETE FROM outbox_deliveries WHERE id IN (SELECT id FROM "
                           "outbox_deliveries WHERE state <> 'waiting' AND updated_at <= $1 "
                           "ORDER BY updated_at LIMIT $2)")) {
    for (const std::string_view filter : filters) {
        const std::string from = " FROM outbox_deliveries WHERE " + std::string(filter);
        pages_.push_back(store.prepare("SELECT " + std::string(columns) + from +
                                       " ORDER BY id DESC LIMIT $3 OFFSET $4"));
        counts_.push_back(store.prepare("SELECT COUNT(*)" + from));
    }
}

Result<std::optional<std::int64_t>> OutboxRepository::insert(
    Transaction& tx, std::string_view channel, const Delivery& delivery, std::string_view send_id,
    const TraceContext& trace, Timestamp now) const {
    return first_row(
        tx.query(insert_, {channel, delivery.key, send_id, delivery.to, delivery.subject,
                           delivery.payload, to_millis(now), trace.traceparent, trace.tracestate}),
        [](const Row& row) { return row.integer(0); });
}

Result<bool> OutboxRepository::has_due(Transaction& tx, std::string_view channel,
                                       Timestamp due) const {
    return any_row(tx.query(due_, {channel, to_millis(due)}));
}

Result<std::optional<LeasedDelivery>> OutboxRepository::claim(Transaction& tx,
                                                              std::string_view channel,
                                                              const Lease& lease,
                                                              Timestamp due) const {
    return maybe_leased(tx.query(claim_, {lease.token, to_millis(lease.now), to_millis(lease.end),
                                          to_millis(due), channel}),
                        lease);
}

Result<std::optional<LeasedDelivery>> OutboxRepository::claim_one(Transaction& tx, std::int64_t id,
                                                                  const Lease& lease) const {
    return maybe_leased(
        tx.query(claim_one_, {lease.token, to_millis(lease.now), to_millis(lease.end), id}), lease);
}

Result<bool> OutboxRepository::mark_sent(Transaction& tx, const LeasedDelivery& delivery,
                                         bool keep_payload, Timestamp now) const {
    return any_row(tx.query(sent_, {delivery.id, delivery.lease_token, to_millis(now),
                                    std::int64_t{keep_payload ? 1 : 0}}));
}

Result<bool> OutboxRepository::put_back(Transaction& tx, const LeasedDelivery& delivery,
                                        std::string_view error, Timestamp due_at, bool counts,
                                        Timestamp now) const {
    return any_row(tx.query(put_back_, {delivery.id, delivery.lease_token, error, to_millis(due_at),
                                        to_millis(now), std::int64_t{counts ? 0 : 1}}));
}

Result<bool> OutboxRepository::mark_dead(Transaction& tx, const LeasedDelivery& delivery,
                                         std::string_view error, Timestamp now) const {
    return any_row(
        tx.query(mark_dead_, {delivery.id, delivery.lease_token, error, to_millis(now)}));
}

Result<std::optional<StoredDelivery>> OutboxRepository::find(Transaction& tx,
                                                             std::int64_t id) const {
    return first_row(tx.query(find_, {id}), stored);
}

Result<DeliveryPage> OutboxRepository::page(Transaction& tx, const DeliveryFilter& filter,
                                            std::int64_t limit, std::int64_t offset) const {
    const std::string_view state = text_of(filter.state);
    Result<Rows> rows = tx.query(pages_[number_of(filter)], {filter.channel, state, limit, offset});
    if (!rows) return std::move(rows).error();
    DeliveryPage page;
    for (const Row row : *rows) {
        Result<StoredDelivery> delivery = stored(row);
        if (!delivery) return std::move(delivery).error();
        page.deliveries.push_back(*std::move(delivery));
    }
    rows = tx.query(counts_[number_of(filter)], {filter.channel, state});
    if (!rows) return std::move(rows).error();
    page.total_count = rows->front().integer(0);
    return page;
}

Result<std::optional<StoredDelivery>> OutboxRepository::revive(Transaction& tx, std::int64_t id,
                                                               Timestamp now) const {
    return first_row(tx.query(revive_, {id, to_millis(now)}), stored);
}

Result<std::vector<std::int64_t>> OutboxRepository::revive_dead(Transaction& tx,
                                                                std::string_view channel,
                                                                std::int64_t most,
                                                                Timestamp now) const {
    Result<Rows> rows = tx.query(revive_dead_, {channel, to_millis(now), most});
    if (!rows) return std::move(rows).error();
    std::vector<std::int64_t> ids;
    for (const Row row : *rows) ids.push_back(row.integer(0));
    return ids;
}

Result<std::vector<std::string>> OutboxRepository::keys(Transaction& tx, std::string_view channel,
                                                        std::string_view key_start) const {
    Result<Rows> rows = tx.query(keys_, {channel, key_start});
    if (!rows) return std::move(rows).error();
    std::vector<std::string> keys;
    for (const Row row : *rows) keys.push_back(row.string(0));
    return keys;
}

Result<std::int64_t> OutboxRepository::waiting(Transaction& tx, std::string_view channel) const {
    Result<Rows> rows = tx.query(waiting_, {channel});
    if (!rows) return std::move(rows).error();
    return rows->front().integer(0);
}

Result<std::optional<Timestamp>> OutboxRepository::oldest_waiting(Transaction& tx,
                                                                  std::string_view channel) const {
    Result<Rows> rows = tx.query(oldest_, {channel});
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

void add_personal_deliveries(PersonalData& personal, const Setup& setup, Store& store) {
    personal.add(
        setup, {.kept = {{"deliveries", store.prepare("SELECT channel, recipient, subject, state, "
                                                      "sent_at, created_at FROM outbox_deliveries "
                                                      "WHERE recipient = $1 ORDER BY id")}},
                .forget = {store.prepare("DELETE FROM outbox_deliveries WHERE recipient "
                                         "= $1")},
                .by_email = true});
}

}  // namespace kitchen::outbox
