#include "events/order_feed.h"

#include <utility>

namespace kitchen::orders {
namespace {

/// Numbered in one transaction.
constexpr std::int64_t batch = 500;

Result<OrderEvent> event_of(Row row) {
    OrderEvent event;
    const auto to = parse_state(row.text(4));
    const auto fulfillment = parse_fulfillment(row.text(7));
    if (!to || !fulfillment)
        return Error(Errc::corrupt, "order_corrupt", "The order could not be read.")
            .with_subject("order_history.to_status");
    event.position = row.integer(0);
    event.order_id = row.integer(1);
    event.version = row.integer(2);
    event.from = parse_state(row.text(3));
    event.to = *to;
    event.at = from_millis(row.integer(5));
    event.reason = row.string(6);
    event.fulfillment = *fulfillment;
    return event;
}

}  // namespace

OrderFeed::OrderFeed(Store& store)
    : store_(store),
      unnumbered_(
          store.prepare("SELECT order_id FROM order_history WHERE position IS NULL LIMIT 1")),
      // Writes the row even when it stays as it is: that is the lock.
      lock_(store.prepare(
          "INSERT INTO order_feed (id, position) VALUES (1, 0) "
          "ON CONFLICT (id) DO UPDATE SET position = order_feed.position RETURNING position")),
      number_(store.prepare(
          "UPDATE order_history SET position = $1 + fresh.place FROM (SELECT order_id, version, "
          "ROW_NUMBER() OVER (ORDER BY order_id, version) AS place FROM order_history WHERE "
          "position IS NULL "
          "ORDER BY order_id, version LIMIT $2) AS fresh "
          "WHERE order_history.order_id = fresh.order_id AND order_history.version = "
          "fresh.version")),
      advance_(store.prepare("UPDATE order_feed SET position = $1 WHERE id = 1")),
      head_(store.prepare("SELECT position FROM order_feed WHERE id = 1")),
      after_(store.prepare(
          "SELECT h.position, h.order_id, h.version, h.from_status, h.to_status, h.moved_at, "
          "h.reason, "
          "o.fulfillment_type FROM order_history h JOIN orders o ON o.id = h.order_id "
          "WHERE h.position > $1 ORDER BY h.position LIMIT $2")) {}

Result<bool> OrderFeed::has_unnumbered(Transaction& tx) const {
    return any_row(tx.query(unnumbered_));
}

Result<std::int64_t> OrderFeed::number_some(Transaction& tx) const {
    // Looking costs little; the lock makes others wait.
    Result<bool> unnumbered = has_unnumbered(tx);
    if (!unnumbered) return std::move(unnumbered).error();
    if (!*unnumbered) return std::int64_t{0};
    Result<Rows> locked = tx.query(lock_);
    if (!locked) return std::move(locked).error();
    const std::int64_t last = locked->front().integer(0);
    Result<Rows> numbered = tx.query(number_, {last, batch});
    if (!numbered) return std::move(numbered).error();
    const std::int64_t count = numbered->changed();
    if (Result<Rows> advanced = tx.query(advance_, {last + count}); !advanced)
        return std::move(advanced).error();
    return count;
}

Result<FeedPage> OrderFeed::read(Transaction& tx, std::int64_t position, std::int64_t limit) const {
    FeedPage page;
    Result<Rows> head = tx.query(head_);
    if (!head) return std::move(head).error();
    if (!head->empty()) page.head = head->front().integer(0);
    Result<Rows> rows = tx.query(after_, {position, limit});
    if (!rows) return std::move(rows).error();
    for (Row row : *rows) {
        Result<OrderEvent> event = event_of(row);
        if (!event) return std::move(event).error();
        page.events.push_back(*std::move(event));
    }
    return page;
}

Status OrderFeed::number() {
    Result<bool> unnumbered =
        store_.read<bool>([&](Transaction& tx) { return has_unnumbered(tx); });
    if (!unnumbered) return std::move(unnumbered).error();
    for (std::int64_t numbered = *unnumbered ? batch : 0; numbered == batch;) {
        Result<std::int64_t> some =
            store_.transact<std::int64_t>([&](Transaction& tx) { return number_some(tx); });
        if (!some) return std::move(some).error();
        numbered = *some;
    }
    return {};
}

Result<FeedPage> OrderFeed::after(std::int64_t position, std::int64_t limit) {
    if (Status numbered = number(); !numbered) return std::move(numbered).error();
    return store_.read<FeedPage>([&](Transaction& tx) { return read(tx, position, limit); });
}

Result<std::int64_t> OrderFeed::head() {
    Result<FeedPage> page = after(0, 0);
    if (!page) return std::move(page).error();
    return page->head;
}

}  // namespace kitchen::orders
